// The four gaps between households of unknown and of known age against the books that the unknown get, as lesson 7.2 computed them.
// data: {books: [number], redeemers: [number], gaps: {measure: [points]}, colors: {measure: palette name}, margin: share, cost: dollars}
(values, data) => {
  const names = Object.keys(data.gaps);
  const at = data.books.indexOf(values.books);
  const net = (i) => data.redeemers[i] * values.extra * data.margin - data.cost;
  const most = Math.max(...data.redeemers);
  const best = data.books.filter((_, i) => data.redeemers[i] === most);
  const where = best.length > 1 ? `at ${best.length} splits from ${best[0]} to ${best[best.length - 1]} books` : `at ${best[0]} books`;
  const signed = (v) => (v < 0 ? "−" : "+") + Math.abs(v).toFixed(0);
  const dollars = (v) => (v < 0 ? "−" : "") + Math.round(Math.abs(v)).toLocaleString("en-US") + " dollars";
  const all = names.flatMap((name) => data.gaps[name]);
  const [first, last] = [data.books[0], data.books[data.books.length - 1]];
  const said = names.map((name) => `${name} ${signed(data.gaps[name][at])}`).join(", ");
  return {
    x: { label: "books for households of unknown age", low: first, high: last },
    y: { label: "unknown minus known, points", low: Math.min(...all), high: Math.max(...all) },
    lines: [
      ...names.map((name) => ({ label: name, color: data.colors[name], points: data.books.map((x, i) => [x, data.gaps[name][i]]) })),
      { label: "equal", color: "#66717d", points: [[first, 0], [last, 0]] },
    ],
    bands: [],
    marks: names.map((name) => ({ x: values.books, y: data.gaps[name][at], label: "" })),
    text: `${values.books} books for the unknown: gaps in points ${said}. ${data.redeemers[at]} redeemers, net value ${dollars(net(at))}; the most, ${dollars(net(data.redeemers.indexOf(most)))}, is earned ${where}.`,
  };
}
