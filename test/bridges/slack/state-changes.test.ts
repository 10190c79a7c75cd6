import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import type { ChannelState, MessageState } from "../../../bridges/slack/channel-state.ts";
import type { Stored } from "../../../bridges/slack/history.ts";
import type { Around } from "../../../bridges/slack/inbound-context.ts";
import { type StateContext, stateChanges } from "../../../bridges/slack/state-changes.ts";
import type { GivenReaction, StandingMessage } from "../../../core/bridge/inbound.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { NativeRoom } from "../../../core/ids.ts";
import { schemas } from "../../../mappings/slack/event.ts";
import type { EventId } from "../../../mappings/ids.ts";
import { around } from "./around.ts";

const room = "C1" as NativeRoom;
const READ_AT = 5_000_000;
const TS = "1700.000100";
const OLDER = "1600.000100";

const state = (messages: readonly MessageState[], changes: Partial<ChannelState> = {}): ChannelState => ({
  type: "channel_state",
  from: "1000.000000",
  before: "9999.000000",
  seen: "4000.000000",
  read_at: READ_AT,
  messages: [...messages],
  ...changes,
});
const stands = (ts: string, reactions: MessageState["reactions"] = []): MessageState => ({ ts, reactions });
const reaction = (name: string, users: string[], all = true) => ({ name, users, all });

const known = (name: string, changes: Partial<StandingMessage> = {}): StandingMessage => ({
  name,
  root: `root of ${name}` as EventId,
  part: 0,
  saidHere: true,
  reactions: [],
  ...changes,
});
const gave = (user: string, emoji: string, at = 0): GivenReaction => ({
  id: `${user} ${emoji}` as EventId,
  user,
  emoji,
  at,
});

/** Slack, where these messages are still to be found one by one. */
function slack(found: Readonly<Record<string, object[]>> = {}, older = true, inThread: string | null = null) {
  const looks: string[] = [];
  const threads: string[] = [];
  const history: StateContext["history"] = {
    look: (_room, ts) => {
      looks.push(ts);
      const reactions = found[ts];
      if (!reactions) return Promise.resolve("gone");
      const json = { ts, reactions, ...(inThread !== null && { thread_ts: inThread }) };
      return Promise.resolve({ json, message: schemas.message.parse(json) } satisfies Stored);
    },
    holdsBefore: () => Promise.resolve(older),
    replies: (_room, thread) => {
      threads.push(thread);
      const replies = Object.keys(found).map((ts) => ({ ts, thread_ts: thread, reactions: found[ts] }));
      return Promise.resolve(replies.map((json) => ({ json, message: schemas.message.parse(json) })));
    },
  };
  return { looks, threads, history };
}

const told = z.object({
  type: z.string(),
  subtype: z.string().optional(),
  deleted_ts: z.string().optional(),
  user: z.string().optional(),
  reaction: z.string().optional(),
  item: z.object({ ts: z.string() }).optional(),
});

async function changes(
  read: ChannelState,
  log: readonly StandingMessage[],
  what: Partial<Around> = {},
): Promise<readonly unknown[]> {
  const context = around({ now: () => READ_AT, ...what });
  const found = await stateChanges(room, read, context, { standing: () => Promise.resolve(log) });
  return found.map((event) => {
    const { type, subtype, deleted_ts: deleted, user, reaction: name, item } = told.parse(event);
    return subtype === undefined ? [type, user, name, item?.ts] : [subtype, deleted];
  });
}

const waits = (error: unknown) => error instanceof GatewayError && error.code === "target_under_way";

void describe("what stands in a channel against what the log holds", () => {
  void it("is nothing where both agree", async () => {
    const log = [known(TS, { reactions: [gave("U1", "👍")] }), known(OLDER)];
    assert.deepEqual(await changes(state([stands(OLDER), stands(TS, [reaction("+1", ["U1"])])]), log), []);
  });

  void it("is a deletion where the channel has the message no more", async () => {
    const { looks, history } = slack();
    assert.deepEqual(await changes(state([stands(OLDER)]), [known(OLDER), known(TS)], { history }), [
      ["message_deleted", TS],
    ]);
    assert.deepEqual(looks, [TS]);
  });

  void it("is no deletion where the message is there after all, as a reply in a thread that was not read", async () => {
    const { history } = slack({ [TS]: [] });
    assert.deepEqual(await changes(state([stands(OLDER)]), [known(TS)], { history }), []);
  });

  void it("reads a thread once that was not read, and finds in it what became of its replies", async () => {
    const replies = ["1701.0", "1702.0", "1703.0"];
    const party = [{ name: "+1", users: ["U2"], count: 1 }];
    const { looks, threads, history } = slack({ "1701.0": [], "1703.0": party }, true, OLDER);
    const log = [known(OLDER), ...replies.map((ts) => known(ts, { reactions: [gave("U1", "👀")] }))];
    const young = known("1703.0", { reactions: [gave("U1", "👀", READ_AT)] });
    const found = await changes(state([stands(OLDER)]), [...log.slice(0, 3), young], {
      history,
      settleMs: 15_000,
      now: () => READ_AT + 14_999,
    });
    assert.deepEqual(found, [
      ["reaction_removed", "U1", "eyes", "1701.0"],
      ["message_deleted", "1702.0"],
      ["reaction_added", "U2", "+1", "1703.0"],
    ]);
    assert.deepEqual(threads, [OLDER]);
    assert.deepEqual(looks, ["1701.0", "1701.0", "1702.0"]);
  });

  void it("is no deletion where nothing older is kept either: Slack keeps messages for a time only", async () => {
    for (const [older, expected] of [
      [false, []],
      [true, [["message_deleted", TS]]],
    ] as const) {
      const { history } = slack({}, older);
      assert.deepEqual(await changes(state([]), [known(TS)], { history }), expected);
    }
  });

  void it("is a deletion of a message of the gateway's own only where its first part is gone", async () => {
    const { history } = slack();
    const parts = [known(OLDER, { saidHere: false }), known(TS, { saidHere: false, part: 1 })].map((one) => ({
      ...one,
      root: "root" as EventId,
    }));
    assert.deepEqual(await changes(state([stands(OLDER)]), parts, { history }), []);
    assert.deepEqual(await changes(state([stands("1500.0"), stands(TS)]), parts, { history }), [
      ["message_deleted", OLDER],
    ]);
  });

  void it("is each reaction that the log lacks, of people only", async () => {
    const read = state([stands(TS, [reaction("+1", ["U1", "UBOT", "U2"]), reaction("party", ["U1"])])]);
    assert.deepEqual(await changes(read, [known(TS, { reactions: [gave("U2", "👍")] })]), [
      ["reaction_added", "U1", "+1", TS],
      ["reaction_added", "U1", "party", TS],
    ]);
  });

  void it("is each reaction that is there no more, standard or the workspace's own", async () => {
    const { history } = slack({ [TS]: [{ name: "+1", users: ["U2"], count: 1 }] });
    const log = [known(TS, { reactions: [gave("U1", "👍"), gave("U2", "👍"), gave("U1", ":party:")] })];
    assert.deepEqual(await changes(state([stands(TS, [reaction("+1", ["U2"])])]), log, { history }), [
      ["reaction_removed", "U1", "+1", TS],
      ["reaction_removed", "U1", "party", TS],
    ]);
  });

  void it("takes no reaction back that a second look shows, or that Slack may have left unnamed", async () => {
    const { looks, history } = slack({ [TS]: [{ name: "+1", users: ["U1"], count: 1 }] });
    const log = [known(TS, { reactions: [gave("U1", "👍")] })];
    assert.deepEqual(await changes(state([stands(TS)]), log, { history }), []);
    assert.equal(looks.length, 1);
    assert.deepEqual(
      await changes(state([stands(TS, [reaction("+1", ["U2"], false)])]), [...log], { history }),
      [["reaction_added", "U2", "+1", TS]],
    );
    assert.equal(looks.length, 1);
  });

  void it("knows a reaction by the standard emoji that its name is an alias of", async () => {
    const emoji = { ...around().emoji, alias: (name: string) => (name === "yes" ? "+1" : null) };
    const log = [known(TS, { reactions: [gave("U1", "👍")] })];
    assert.deepEqual(await changes(state([stands(TS, [reaction("yes", ["U1"])])]), log, { emoji }), []);
  });

  void it("counts reactions to the parts of one message together", async () => {
    const given = [gave("U1", "👍")];
    const parts = [known(OLDER, { reactions: given }), known(TS, { part: 1, reactions: given })].map(
      (one) => ({
        ...one,
        root: "root" as EventId,
      }),
    );
    const read = state([stands(OLDER), stands(TS, [reaction("+1", ["U1", "U2"])])]);
    assert.deepEqual(await changes(read, parts), [["reaction_added", "U2", "+1", TS]]);
  });

  void it("waits until what is gone is old enough for that to be believed", async () => {
    const { looks, history } = slack();
    const young = `${(READ_AT - 1_000) / 1_000}.000000`;
    const at = (now: number) => ({ history, settleMs: 15_000, now: () => now });
    const log = [known(OLDER), known(young)];
    await assert.rejects(changes(state([stands(OLDER)]), log, at(READ_AT + 14_999)), waits);
    assert.deepEqual(looks, [], "nothing is asked for before");
    assert.equal((await changes(state([stands(OLDER)]), log, at(READ_AT + 15_000))).length, 1);
    const reacted = [known(TS, { reactions: [gave("U1", "👍", READ_AT - 10)] })];
    await assert.rejects(changes(state([stands(TS)]), reacted, at(READ_AT)), waits);
  });

  void it("asks Slack about so many messages only at a time", async () => {
    const { looks, history } = slack();
    const log = Array.from({ length: 300 }, (_, i) => known(`2${String(i).padStart(3, "0")}.000000`));
    assert.equal((await changes(state([stands(OLDER)]), log, { history })).length, looks.length);
    assert.equal(looks.length, 200);
  });
});
