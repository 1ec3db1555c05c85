// Draws every card of DATA in each theme and width, then writes down what it measured.
// Source: adaptivecards.io/sdk "JavaScript SDK"
(() => {
  const markdown = window.markdownit();
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown.render(text);
    result.didProcess = true;
  };
  const look = document.createElement("style");
  look.textContent = `
    body { margin: 0; font-family: ${DATA.font}; display: flex; flex-direction: column; }
    .row { display: flex; align-items: flex-start; }
    .light { background: #f5f5f5; } .dark { background: #141414; }
    .cell { padding: ${DATA.margin}px; box-sizing: content-box; align-self: stretch; }
    .card { border-radius: 6px; box-shadow: 0 1px 3px rgba(0,0,0,.3); overflow: hidden; }
    .light .card { background: #fff; color: #242424; } .dark .card { background: #292929; color: #fff; }
    .ac-pushButton { font: 600 14px ${DATA.font}; padding: 5px 12px; border-radius: 4px; border: 1px solid #d1d1d1;
      background: #fff; color: #242424; min-height: 32px; cursor: pointer; }
    .dark .ac-pushButton { background: #292929; color: #fff; border-color: #666; }
    .ac-pushButton.style-positive, .ac-pushButton.primary { background: #5b5fc7; border-color: #5b5fc7; color: #fff; }
    .ac-pushButton.style-destructive { background: #fff; color: #c4314b; border-color: #c4314b; }
    .dark .ac-pushButton.style-destructive { background: #292929; color: #f9526b; border-color: #f9526b; }
    .ac-input { font: 14px ${DATA.font}; box-sizing: border-box; }
    .ac-input.ac-textInput, .ac-input.ac-dateInput, .ac-input.ac-multichoiceInput { padding: 6px 8px; border: 1px solid #d1d1d1;
      border-radius: 4px; width: 100%; background: #fff; color: #242424; }
    .dark .ac-input.ac-textInput, .dark .ac-input.ac-dateInput, .dark .ac-input.ac-multichoiceInput {
      background: #1f1f1f; color: #fff; border-color: #666; }
    textarea.ac-input { height: 62px; }
  `;
  document.head.append(look);
  const result = {};
  for (const [name, content] of Object.entries(DATA.cards)) {
    const row = document.createElement("div");
    row.className = "row";
    if (!DATA.measures) row.style.minHeight = "100vh";
    document.body.append(row);
    const found = { height: 0, warnings: new Set(), cut: new Set(), wide: new Set() };
    for (const [theme, config] of Object.entries(DATA.configs)) {
      for (const [device, width] of Object.entries(DATA.widths)) {
        const cell = document.createElement("div");
        cell.className = `cell ${theme}`;
        const frame = document.createElement("form");
        frame.className = "card";
        frame.style.width = `${width}px`;
        cell.append(frame);
        row.append(cell);
        const card = new AdaptiveCards.AdaptiveCard();
        card.hostConfig = new AdaptiveCards.HostConfig({ fontFamily: DATA.font, ...config });
        const context = new AdaptiveCards.SerializationContext();
        card.parse(content, context);
        for (let at = 0; at < context.eventCount; at++) {
          // The renderer checks "lang" with one regular expression whose "g" flag makes it refuse every second card.
          const said = context.getEventAt(at).message;
          if (!said.includes('property "lang"')) found.warnings.add(said);
        }
        frame.append(card.render());
        for (const each of frame.querySelectorAll("button")) {
          const words = document.createRange();
          words.selectNodeContents(each);
          const style = getComputedStyle(each);
          const around = ["paddingLeft", "paddingRight", "borderLeftWidth", "borderRightWidth"];
          const room = each.getBoundingClientRect().width - around.reduce((sum, side) => sum + parseFloat(style[side]), 0);
          if (words.getBoundingClientRect().width > room + 0.1) found.cut.add(`${device} cuts "${each.innerText}"`);
        }
        for (const each of frame.querySelectorAll("*")) {
          if (each.getBoundingClientRect().right > frame.getBoundingClientRect().right + 1) {
            found.wide.add(`${device} is too narrow for <${each.tagName.toLowerCase()}> "${(each.innerText || "").slice(0, 40)}"`);
          }
        }
      }
    }
    found.height = Math.ceil(row.getBoundingClientRect().height);
    result[name] = { ...found, warnings: [...found.warnings], cut: [...found.cut], wide: [...found.wide] };
  }
  if (DATA.measures) {
    const said = document.createElement("pre");
    said.id = "result";
    said.textContent = JSON.stringify(result);
    document.body.replaceChildren(said);
  }
})();
