import assert from "node:assert/strict";
import { test } from "node:test";
import { News, type Topic, type Transient } from "../../../core/federation/news.ts";
import type { GroupId, PeerId } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import type { Store } from "../../../core/store/store.ts";
import { userUri } from "../../../mappings/ids.ts";
import { SampleStore } from "../store/sample.ts";
import { openAt } from "../store/stores.ts";
import { temporaryFolder } from "../../support/servers.ts";
import { own } from "./read-stage.ts";

const folder = temporaryFolder("news");
const log = createLogger({ level: "error", bodies: false });
const group = 5 as GroupId;
const row = { user: userUri(own, "anna"), kind: "typing", on: true } as const;

async function openNews(name: string): Promise<{ news: News; store: Store }> {
  const place = { kind: "sqlite", file: `${folder}/${name}.sqlite` } as const;
  const store = await openAt(place, null);
  await SampleStore.make(store, place);
  return { news: new News({ store, redis: { kind: "none", connect: null }, base: own, log }), store };
}

void test("who listens hears of its topics alone, until it stops", async (t) => {
  const { news, store } = await openNews("topics");
  t.after(() => store.close());
  const heard: Topic[] = [];
  const stop = news.listen(["group:5", "peer:1", "group:5"], (topic) => heard.push(topic));
  const deaf = news.listen(["group:6"], () => assert.fail("nobody told it"));
  news.tell(["group:5", "group:7", "peer:1", "peer:5"]);
  assert.deepEqual(heard, ["group:5", "peer:1"]);
  stop();
  stop();
  deaf();
  news.tell(["group:5"]);
  assert.equal(heard.length, 2);
  assert.equal(news.size, 0);
});

void test("one that stops while it is told does not keep others from hearing", async (t) => {
  const { news, store } = await openNews("stops");
  t.after(() => store.close());
  const heard: number[] = [];
  const stops = [1, 2, 3].map((n) =>
    news.listen(["group:5"], () => {
      heard.push(n);
      for (const stop of stops) stop();
    }),
  );
  const other = news.listen(["group:5"], () => heard.push(4));
  news.tell(["group:5"]);
  assert.deepEqual(heard, [1, 4]);
  other();
});

void test("a transient comes with who it is from", async (t) => {
  const { news, store } = await openNews("transients");
  t.after(() => store.close());
  const passed: (Transient | undefined)[] = [];
  news.listen(["group:5"], (_topic, transient) => passed.push(transient));
  news.transient(group, row, 3 as PeerId);
  news.transient(group, row);
  assert.deepEqual(passed, [
    { row, from: 3 },
    { row, from: null },
  ]);
  news.close();
  assert.equal(news.size, 0);
});

void test("nothing runs in a process that is alone on its store", async (t) => {
  const { news, store } = await openNews("alone");
  t.after(() => store.close());
  const before = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  for (let n = 0; n < 1_000; n++) news.listen([`group:${n}`], () => undefined);
  const after = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  assert.equal(after, before);
  news.close();
});
