// Loaded into the Agents Playground before its own code (node --require). The Playground listens on every interface
// and reports home even with telemetry off; here it may do neither: it serves this machine and speaks to it alone.
// It also ends when whoever started it has gone, however that happened: its standard input closes then.
const net = require("node:net");

const isPlayground = /agentsplayground/i.test(process.argv[1] || "");
const isLoopback = (host) => /^(localhost|127(\.\d+){3}|::1|\[::1\]|::ffff:127(\.\d+){3})$/i.test(host);

function guard() {
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (first, ...rest) {
    if (first !== null && typeof first === "object" && first.port !== undefined) {
      return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
    }
    const isPort = typeof first === "number" || (typeof first === "string" && /^\d+$/.test(first));
    if (!isPort) return listen.call(this, first, ...rest);
    if (typeof rest[0] === "string") rest.shift();
    return listen.call(this, first, "127.0.0.1", ...rest);
  };

  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...args) {
    const [target] = Array.isArray(args[0]) ? args[0] : args;
    const byOptions = target !== null && typeof target === "object";
    const host = byOptions ? (target.path ? undefined : target.host || "localhost") : typeof args[1] === "string" ? args[1] : undefined;
    if (host === undefined || isLoopback(host)) return connect.apply(this, args);
    const refused = Object.assign(new Error("the Playground speaks to this machine only"), { code: "ECONNREFUSED" });
    process.nextTick(() => this.destroy(refused));
    return this;
  };

  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
  process.stdin.on("error", () => process.exit(0));
  process.stdin.unref?.();
}

if (isPlayground) guard();
