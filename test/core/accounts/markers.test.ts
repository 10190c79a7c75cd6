import assert from "node:assert/strict";
import { join } from "node:path";
import { mock, test } from "node:test";
import { pino } from "pino";
import { Markers } from "../../../core/accounts/markers.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { GroupId } from "../../../core/ids.ts";
import { openSqliteStore } from "../../../core/store/sqlite/engine.ts";
import { domain } from "../store/federation-sample.ts";
import { SampleStore } from "../store/sample.ts";
import { userUri } from "../../../mappings/ids.ts";
import { temporaryFolder } from "../../support/servers.ts";

const folder = temporaryFolder("markers");
let stores = 0;
const anna = userUri(domain("fake.mimi.test"), "anna");
const lurker = userUri(domain("fake.mimi.test"), "lurker");
const named = (text: string) => [{ by: "native", name: `native ${text}` }] as const;

/** Two rooms in which Anna has said one, two and three; `faults` says what the store fails at. */
async function stage(faults: (attempt: number) => GatewayError | null = () => null) {
  const place = { kind: "sqlite" as const, file: join(folder, `${++stores}.sqlite`) };
  const sample = await SampleStore.make(openSqliteStore(place), place);
  const { store } = sample;
  await sample.say(sample.a, "one", "two", "three");
  const shown: string[] = [];
  const moved: GroupId[] = [];
  const attempts = { made: 0 };
  const markers = new Markers({
    store: {
      write: (name, input) => {
        attempts.made += 1;
        const fault = faults(attempts.made);
        return fault ? Promise.reject(fault) : store.write(name, input);
      },
    },
    log: pino({ level: "silent" }),
    now: () => 5_000,
    show: (_group, { name, id }) => {
      shown.push(`${name} ${id}`);
      return Promise.resolve();
    },
    moved: (group) => moved.push(group),
  });
  const ids = await sample.sql("select id, seq from event where kind = 'message' order by seq");
  const id = (place: number) => String(ids[place]?.["id"]);
  const kept = async () => (await sample.sql("select event_id, at, n from marker")).map(Object.values);
  return { sample, markers, attempts, shown, moved, id, kept };
}

void test("what is read within a second is one write, and of each user the latest counts", async () => {
  const { sample, markers, attempts, shown, moved, id, kept } = await stage();
  mock.timers.enable({ apis: ["setTimeout"] });
  markers.read(sample.a, anna, named("one"));
  markers.read(sample.a, lurker, named("three"));
  markers.read(sample.a, anna, named("two"));
  mock.timers.tick(999);
  assert.equal(attempts.made, 0);
  mock.timers.tick(1);
  mock.timers.reset();
  await markers.close();
  assert.equal(attempts.made, 1);
  assert.deepEqual(moved, [sample.a.group]);
  assert.deepEqual(shown, [`Anna ${id(1)}`]);
  assert.deepEqual(await kept(), [[id(1), 5_000, 2]]);
  await sample.store.close();
});

void test("what was gathered is written at the end, and nothing after it", async () => {
  const { sample, markers, shown, id } = await stage();
  markers.read(sample.a, anna, named("one"));
  await markers.close();
  markers.read(sample.a, anna, named("two"));
  await markers.close();
  assert.deepEqual(shown, [`Anna ${id(0)}`]);
  await sample.store.close();
});

void test("what the store does not take is let go, and the next is tried", async () => {
  const full = new GatewayError("store_full", "no room");
  const { sample, markers, attempts, shown, moved, id } = await stage((attempt) =>
    attempt === 1 ? full : null,
  );
  mock.timers.enable({ apis: ["setTimeout"] });
  markers.read(sample.a, anna, named("one"));
  mock.timers.tick(1_000);
  mock.timers.reset();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([attempts.made, moved], [1, []]);
  markers.read(sample.a, anna, named("three"));
  await markers.close();
  assert.deepEqual(shown, [`Anna ${id(2)}`]);
  await sample.store.close();
});
