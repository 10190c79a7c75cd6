/** What the tests of the conformance suite do again and again with a platform and its gateways. */
import assert from "node:assert/strict";
import type { StoreConfig } from "../../../core/config/config.ts";
import type { RunningGateway } from "../../../core/gateway.ts";
import type { HarnessOptions } from "../../support/harness-config.ts";
import { eventually } from "../../support/harness-eventually.ts";
import { querySql } from "../../support/harness-sql.ts";
import type { ConformancePlatform } from "./conformance-platform.ts";

export interface Setting {
  readonly platform: ConformancePlatform;
  /** Options of a gateway on a store of its own. */
  readonly options: () => Promise<HarnessOptions & { readonly store: StoreConfig }>;
  readonly close?: () => Promise<void>;
}

export class ConformanceRun {
  readonly setting: Setting;
  readonly #gateways = new Set<RunningGateway>();

  constructor(setting: Setting) {
    this.setting = setting;
  }

  async start(options: HarnessOptions): Promise<RunningGateway> {
    const gateway = await this.setting.platform.start(options);
    this.#gateways.add(gateway);
    return gateway;
  }

  async stop(gateway: RunningGateway): Promise<void> {
    this.#gateways.delete(gateway);
    await gateway.stop();
  }

  /** Ends what a test has left running. */
  async stopAll(): Promise<void> {
    for (const gateway of this.#gateways) await this.stop(gateway);
  }

  /** Two linked rooms and a gateway that takes part in both. */
  async linkedPair(limits: HarnessOptions["limits"] = {}) {
    const { platform } = this.setting;
    const options = { ...(await this.setting.options()), limits };
    const [from, to] = [await platform.room(), await platform.room()];
    const gateway = await this.start(options);
    const rooms = [from, to].map((room) => ({ account: platform.account, room }));
    await gateway.operations.link(rooms, null);
    await this.told(from, "anna", "now linked");
    await this.told(to, "ben", "now linked");
    return { platform, options, from, to, gateway };
  }

  /** Resolves when the person has seen a line of the gateway with these words. */
  told(room: string, user: string, words: string): Promise<string> {
    return eventually(`${user} to be told of "${words}" in ${room}`, async () =>
      (await this.setting.platform.told(room, user)).find((line) => line.includes(words)),
    );
  }

  /** Waits until so much was said in the room, and compares with exactly what should have been. */
  async holds(room: string, expected: readonly string[]): Promise<void> {
    const { platform } = this.setting;
    await eventually(
      `${expected.length} messages in ${room}`,
      async () => (await platform.texts(room)).length >= expected.length,
      60_000,
    );
    assert.deepEqual(await platform.texts(room), expected);
  }

  async sayAll(room: string, user: string, texts: readonly string[]): Promise<void> {
    for (const text of texts) await this.setting.platform.say(room, user, text);
  }
}

/** Resolves when nothing is under way any more. */
export const quiet = (gateway: RunningGateway): Promise<boolean> =>
  eventually("the rooms to be caught up", async () =>
    (await gateway.operations.status()).bindings.every(({ behind, inbox }) => behind === 0 && inbox === 0),
  );

export const numbered = (count: number, word: string): string[] =>
  Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);

/** Where the archive stood when it was written last; null: there is none. */
export async function writtenMark(store: StoreConfig, room: string): Promise<string | null> {
  const [binding] = await querySql(
    store,
    `select inbound_mark as mark from binding where native = '${room}'`,
  );
  return typeof binding?.["mark"] === "string" ? binding["mark"] : null;
}

/** Brings the deliveries to a room back to where they stood before their receipts were written. */
export async function forgetReceipts(store: StoreConfig, room: string): Promise<void> {
  const binding = `(select id from binding where native = '${room}')`;
  await querySql(
    store,
    `insert into delivery (binding, seq, step, op, key, args_hash, state, epoch, attempt, mark, at)
     select link.binding, event.seq, link.part, 'message',
     coalesce(event.said_key, substr(event.id, 1, 32)) || '-' || link.binding || '-' || link.part, '', 'intended', 1, 1, null,
     link.at - 1000 from link join event on event.id = link.event_id where link.binding = ${binding}`,
  );
  await querySql(store, `delete from link where binding = ${binding}`);
}

/** Makes what was set aside into what a crash before its call would have left. */
export async function intendAgain(store: StoreConfig, mark: string): Promise<void> {
  await querySql(
    store,
    `insert into delivery (binding, seq, step, op, key, args_hash, state, epoch, attempt, mark, at)
     select binding, set_aside.seq, step, 'message',
     coalesce(event.said_key, substr(event.id, 1, 32)) || '-' || binding || '-' || step, '',
     'intended', 1, 1, '${mark}', set_aside.at from set_aside join event on event.id = set_aside.event_id`,
  );
  await querySql(store, "delete from set_aside");
}
