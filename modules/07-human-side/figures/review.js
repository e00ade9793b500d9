// Net value of the small lists against the share of decisions reviewed, from counts that lesson 7.1 computed.
// data: {rows, base: dollars without review, gain: of a book to a redeemer, cost: of another book,
//   random | uncertain | stake: for every 5 % of the decisions [looked at, redeemers among them, the machine's dollars on them]}
(values, data) => {
  const picks = [["random", "blue"], ["uncertain", "green"], ["stake", "orange"]];
  const net = (name, i) => {
    const [n, yes, kept] = data[name][i];
    const own = data.gain * values.accuracy * yes - data.cost * (1 - values.accuracy) * (n - yes);
    return (1000 * (data.base + (1 - values.follows / 100) * (own - kept) - values.cost * n)) / data.rows;
  };
  const dollars = (v) => (v < 0 ? "−" : "") + Math.round(Math.abs(v)) + " dollars";
  const at = Math.round(values.share / 5);
  const steps = data.random.map((_, i) => i);
  const all = picks.flatMap(([name]) => steps.map((i) => net(name, i)));
  const none = (1000 * data.base) / data.rows;
  const best = picks.reduce((a, b) => (net(b[0], at) > net(a[0], at) ? b : a))[0];
  const words = picks.map(([name]) => `${name} ${dollars(net(name, at))}`).join(", ");
  const verdict = net(best, at) > none + 0.5 ? `picked by ${best} it pays` : "no pick pays";
  return {
    x: { label: "decisions reviewed, %", low: 0, high: 100 },
    y: { label: "net value, dollars per 1,000 households", low: Math.min(none, ...all) - 20, high: Math.max(none, ...all) + 20 },
    lines: [
      ...picks.map(([name, color]) => ({ label: name, color, points: steps.map((i) => [5 * i, net(name, i)]) })),
      { label: "no review", color: "#1f2933", points: [[0, none], [100, none]] },
    ],
    bands: [],
    marks: [{ x: values.share, y: net(best, at), label: "" }],
    text: `${values.share} % of the decisions reviewed: ${verdict} (${words}; without review ${dollars(none)}).`,
  };
}
