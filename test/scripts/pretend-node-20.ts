/**
 * What to give `node --import` so that a program takes its Node for an old one: tests of what an old Node does then run
 * wherever the tests run.
 */
const assignments = [
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });',
  'Object.defineProperty(process, "version", { value: "v20.20.2" });',
];

export const pretendNode20 = `data:text/javascript,${encodeURIComponent(assignments.join(""))}`;
