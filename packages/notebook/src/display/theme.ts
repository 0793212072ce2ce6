/** Colours that follow Jupyter's light or dark theme, and read well in a report without Jupyter. */
export const theme = {
  ink: "var(--jp-ui-font-color1, currentColor)",
  soft: "var(--jp-ui-font-color2, #75808c)",
  line: "var(--jp-border-color2, #c9d1da)",
  accent: "#1f6feb",
  good: "#1a7f4b",
  bad: "#c0332b",
  /** Distinct for the colour-blind too (Okabe and Ito's palette without yellow and black). */
  series: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"],
  font: "font:13px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif",
} as const;
