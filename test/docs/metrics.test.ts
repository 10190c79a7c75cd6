import assert from "node:assert/strict";
import { it } from "node:test";
import { type MetricText, metricList } from "../../core/watch/metric-list.ts";
import { Metrics } from "../../core/watch/metrics.ts";
import { readPage } from "./blocks.ts";

const known: readonly (readonly [string, MetricText])[] = Object.entries(metricList);
const page = readPage("docs/operating.md");

void it("the operating guide has every metric with its kind, its labels and its meaning, and none that there is not", () => {
  const rows = [
    ...page.matchAll(/^\| `(mimi_gateway_[a-z_]+)` *\| ([a-z]+) *\| ([^|]*?) *\| ([^|]*?) *\|$/gm),
  ];
  assert.deepEqual(
    rows.map(([, name, kind, labels, help]) => [name, kind, labels, help]),
    known.map(([name, { kind, labels, help }]) => [
      name,
      kind,
      labels.map((label) => `\`${label}\``).join(", "),
      help,
    ]),
  );
});

void it("what is served has every metric of the list, and those of the process", async () => {
  const { body, type } = await new Metrics().text();
  const served = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, kind]) => `${name} ${kind}`);
  for (const [name, { kind }] of known) assert.ok(served.includes(`${name} ${kind}`), name);
  assert.ok(served.includes("process_cpu_seconds_total counter"));
  assert.match(type, /^text\/plain/);
});
