"""Ana Ruiz's visit on Friday at half past two: what most conversations are about, as it is said and shown."""

WHOLE = "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2"
CONFIRM = "Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim"
BOOKED = "Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific"
CANCELLED = "Ana Ruiz: Visit cancelled, Fri 27 Nov 2026, 2:30 PM Pacific"
BOOK = f"""
    Jordan: {WHOLE}
    Bot: [card] {CONFIRM}
    Jordan: (taps Book)
"""
