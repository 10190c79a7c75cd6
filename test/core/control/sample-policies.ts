/** Policies of rooms with plausible answers, which note what they were asked. */
import type { PolicyOperations, RoomPolicyReport } from "../../../core/policy-operations.ts";

const report = (account: string, room: string): RoomPolicyReport => ({
  account,
  room,
  group: "mimi://xmpp.mimi.example.org/r/1",
  values: [
    { key: "backlog", value: "digest", set: true },
    { key: "mass-mentions", value: null, set: false },
  ],
});

export function samplePolicies(calls: (readonly unknown[])[]): PolicyOperations {
  const asked = <Answer>(answer: Answer, ...call: readonly unknown[]): Promise<Answer> => {
    calls.push(call);
    return Promise.resolve(answer);
  };
  return {
    show: (rooms) =>
      asked(
        rooms.map(({ account, room }) => report(account, room)),
        "policy show",
        rooms,
      ),
    set: ({ account, room }, key, value) => asked(report(account, room), "policy set", room, key, value),
    reset: ({ account, room }, key) => asked(report(account, room), "policy reset", room, key),
    optOuts: (account) => asked([{ account: "slack", user: "U0ALICE" }], "opt-outs", account),
    optOut: (account, user, out) => asked(user !== "U0BOB", "opt-out", account, user, out),
  };
}
