// Share of pull requests that each rule promotes, against the true difference; the normal formula that lesson 5.2 checks by draws.
// data: {sd: standard deviation of the difference between households, dollars per 1,000 households}
(values, data) => {
  // the normal distribution, by Abramowitz and Stegun's formula 26.2.17 (error below 1e-7)
  const phi = (z) => {
    const t = 1 / (1 + 0.2316419 * Math.abs(z));
    const tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI)
      * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return z > 0 ? 1 - tail : tail;
  };
  const error = data.sd / Math.sqrt(values.n), margin = values.margin;
  const rules = {
    veto: (d) => phi((d + margin) / error + 1.96),
    "higher number": (d) => phi(d / error),
    proof: (d) => phi((d + margin) / error - 1.96),
  };
  const grid = Array.from({ length: 81 }, (_, i) => i - 60);
  const colors = { veto: "orange", "higher number": "blue", proof: "green" };
  const of100 = (x) => (x > 0 && x < 0.005 ? "fewer than 1" : x < 1 && x > 0.995 ? "more than 99" : Math.round(100 * x)) + " of 100";
  const here = rules.proof(values.truth), equal = 1 - rules.proof(0);
  const dollars = (d) => (d < 0 ? "loses $" + -d : d > 0 ? "gains $" + d : "earns the same");
  return {
    x: { label: "true difference, $ per 1,000 households", low: -60, high: 20 },
    y: { label: "share promoted", low: 0, high: 1.05 },
    lines: Object.entries(rules).map(([label, rule]) => ({ label, color: colors[label], points: grid.map((d) => [d, rule(d)]) })),
    bands: [{ from: -60, to: -margin, label: "beyond the margin" }],
    marks: [{ x: values.truth, y: here, label: "proof" }],
    text: `With ${values.n.toLocaleString("en-US")} households and a margin of $${margin}, a model that truly ${dollars(values.truth)} is promoted in `
      + `${of100(here)} tests by proof, ${of100(rules["higher number"](values.truth))} by the higher number and ${of100(rules.veto(values.truth))} by veto; `
      + `proof refuses a model that is as good in ${of100(equal)}.`,
  };
}
