import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ALICE, runs, SETTLE_MS, together } from "./faults-run.ts";
import { FROM, type SlackRun, TO } from "./slack-gateway.ts";

/** Longer than a message may be: it is carried as a file. */
const LONG = `${"long ".repeat(7_000)}end`;

const filesThere = ({ there }: SlackRun) =>
  there
    .workspace()
    .messages(TO)
    .flatMap(({ files }) => files);

const shared = ({ there }: SlackRun) =>
  there.calls.filter(({ method }) => method === "files.completeUploadExternal").length;

void describe("the sharing of a file", together, () => {
  const begin = runs("slack-file-faults");

  void it("that Slack makes after its answer is found, and deleted with its message", async (test) => {
    const run = await begin(test);
    run.there.faults.fileShareMs = 700;
    const { people } = run.here.workspace();
    const ts = people.post(FROM, ALICE, LONG);
    await run.shows("the file", (all) => all.some(({ files }) => files.length === 1));
    people.delete(FROM, ts);
    await run.shows("that it is gone", (all) => all.every(({ files }) => files.length === 0));
    assert.equal(shared(run), 1);
  });

  void it("of which the answer is lost is made once", async (test) => {
    const run = await begin(test);
    let calls = 0;
    run.there.faults.onCall = ({ method }) =>
      method === "files.completeUploadExternal" && calls++ === 0 ? { kind: "lost-after" } : null;
    const { people } = run.here.workspace();
    people.post(FROM, ALICE, LONG);
    people.post(FROM, ALICE, "after it");
    await run.shows("what came after it", (all) => all.some(({ text }) => text === "after it"));
    assert.equal(filesThere(run).length, 1);
    assert.equal(shared(run), 1);
  });

  void it("of which the answer is lost is not made again where Slack takes a while to show it", async (test) => {
    const run = await begin(test);
    let calls = 0;
    run.there.faults.fileShareMs = SETTLE_MS / 2;
    run.there.faults.onCall = ({ method }) =>
      method === "files.completeUploadExternal" && calls++ === 0 ? { kind: "lost-after" } : null;
    const { people } = run.here.workspace();
    people.post(FROM, ALICE, LONG);
    people.post(FROM, ALICE, "after it");
    await run.shows("what came after it", (all) => all.some(({ text }) => text === "after it"));
    assert.equal(filesThere(run).length, 1);
  });

  void it("that Slack never makes, though it said ok, holds nothing else up", async (test) => {
    const run = await begin(test);
    run.there.faults.fileShareMs = null;
    const { people } = run.here.workspace();
    people.post(FROM, ALICE, LONG);
    people.post(FROM, ALICE, "after it");
    await run.shows("what came after it", (all) => all.some(({ text }) => text === "after it"));
    assert.deepEqual(filesThere(run), []);
    assert.equal(shared(run), 1);
  });
});
