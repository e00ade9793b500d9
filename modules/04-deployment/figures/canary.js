// Households decided wrongly against the canary's share, from 1,000 canaries that lesson 4.1 ran for each share and size of fault.
// data: {shares: [%], harms: [%], caught: {harm: [share of canaries stopped]}, hours: {harm: [median, null if never]},
//        hurt: {harm: [households during the canary]}, day: {harm: [households a day, after a release to all]}}
(values, data) => {
  const harm = String(values.harm), at = data.shares.indexOf(values.share);
  const during = data.hurt[harm], caught = data.caught[harm], after = (7 * values.weeks - 1) * data.day[harm];
  const total = during.map((hurt, i) => hurt + (1 - caught[i]) * after);
  const percent = (v) => (v > 0 && v < 0.005 ? "under 1" : v > 0.995 && v < 1 ? "over 99" : Math.round(100 * v)) + " %";
  const count = (v) => Math.round(v).toLocaleString("en-US");
  const hours = data.hours[harm][at];
  const when = hours === null ? "" : `, half of these by hour ${Math.round(hours)}`;
  const line = (numbers) => numbers.map((y, i) => [data.shares[i], y]);
  return {
    x: { label: "share of households in the canary, %", low: 0, high: 50 },
    y: { label: "households decided wrongly", low: 0 },
    lines: [
      { label: "during the canary", color: "blue", points: line(during) },
      { label: "and afterwards, if it was missed", color: "orange", points: line(total) },
    ],
    marks: [{ x: values.share, y: total[at], label: count(total[at]) }],
    text: `A canary of ${values.share} % notices a fault on ${values.harm} % of requests in ${percent(caught[at])} of runs${when}. `
      + `It decides ${count(during[at])} households wrongly on average; with what a missed fault does afterwards, ${count(total[at])}.`,
  };
}
