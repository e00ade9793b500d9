// Net value of each list against contacts a week, from dollars at stake that lesson 1.1 computed on its test weeks.
// data: {weeks, budgets: [contacts a week], stake: {policy: [dollars]}, colors: {policy: palette name}}
(values, data) => {
  const names = Object.keys(data.stake);
  const net = (name, i) => data.stake[name][i] * values.save * values.margin - values.cost * data.weeks * data.budgets[i];
  const best = (i) => {
    const first = names.reduce((a, b) => (net(b, i) > net(a, i) ? b : a));
    return net(first, i) > 0 ? first : "doing nothing";
  };
  const half = (data.budgets[1] - data.budgets[0]) / 2;
  const bands = [];
  data.budgets.forEach((x, i) => {
    const label = best(i).replace("doing ", "");
    const last = bands[bands.length - 1];
    if (last && last.label === label && last.to === x - half) last.to = x + half;
    else bands.push({ from: x - half, to: x + half, label });
  });
  const at = data.budgets.indexOf(values.budget);
  const winner = best(at);
  const dollars = (v) => (v < 0 ? "−" : "") + Math.round(Math.abs(v)).toLocaleString("en-US") + " dollars";
  const others = names.filter((name) => name !== winner).map((name) => `${name} ${dollars(net(name, at))}`).join(", ");
  const gain = winner === "doing nothing" ? 0 : net(winner, at);
  const top = Math.max(0, ...names.flatMap((name) => data.budgets.map((x, i) => net(name, i))));
  const bottom = Math.min(0, ...names.flatMap((name) => data.budgets.map((x, i) => net(name, i))));
  const room = (top - bottom) * 0.15 || 1; // keeps the lines clear of the band labels
  return {
    x: { label: "contacts a week", low: data.budgets[0], high: data.budgets[data.budgets.length - 1] },
    y: { label: `net value in ${data.weeks} weeks, dollars`, low: bottom, high: top + room },
    lines: [
      ...names.map((name) => ({ label: name, color: data.colors[name], points: data.budgets.map((x, i) => [x, net(name, i)]) })),
      { label: "doing nothing", color: "#1f2933", points: [[data.budgets[0], 0], [data.budgets[data.budgets.length - 1], 0]] },
    ],
    // a thin gap between neighbours, and a name only where there is room for it
    bands: bands.map((band) => ({ ...band, to: band.to - half / 5, label: band.to - band.from < 50 ? "" : band.label })),
    marks: [{ x: values.budget, y: gain, label: "" }],
    text: `At ${values.budget} contacts a week, ${winner} is best: ${dollars(gain)} in ${data.weeks} weeks (${others}).`,
  };
}
