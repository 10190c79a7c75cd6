/** The command `policy`: what is laid down for single rooms, changed without a restart. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { parsePolicyKey, parsePolicyValue, policyKeyHelp, policyKeys } from "../policy/room-policy.ts";
import { parseRoomReference } from "./arguments.ts";
import { renderOptOut, renderOptOuts, renderRoomPolicies } from "./render-policy.ts";
import type { Session } from "./session.ts";

const ROOM = ["<room>", "a linked room: ACCOUNT:ADDRESS"] as const;
const USER = "his id on the platform, as the room's own messages name him";

const KEYS = `\nKeys:\n${policyKeys.map((key) => `  ${key}\n      ${policyKeyHelp(key)}\n`).join("")}`;

export function addPolicyCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  const policy = program
    .command("policy")
    .description("say for single rooms what is carried, and how")
    .addHelpText("after", KEYS);
  policy
    .command("show")
    .argument("[room...]", "linked rooms: ACCOUNT:ADDRESS (default: all)")
    .description("show what is laid down")
    .action(async (texts: readonly string[]) => {
      const rooms = texts.map(parseRoomReference);
      await session.operate((operations) => operations.policy.show(rooms), renderRoomPolicies);
    });
  policy
    .command("set")
    .argument(...ROOM)
    .argument("<key>", policyKeys.join(", "))
    .argument("<value>", "what it is to be, see `policy --help`")
    .description("lay something down for a room, from now on")
    .action(async (text: string, key: string, value: string) => {
      const room = parseRoomReference(text);
      const name = parsePolicyKey(key);
      const kept = parsePolicyValue(name, value);
      await session.operate(
        (operations) => operations.policy.set(room, name, kept),
        (report) => renderRoomPolicies([report]),
      );
    });
  policy
    .command("reset")
    .argument(...ROOM)
    .argument("[key]", `${policyKeys.join(", ")} (default: all)`)
    .description("let the account's configuration count again")
    .action(async (text: string, key: string | undefined) => {
      const room = parseRoomReference(text);
      const name = key === undefined ? null : parsePolicyKey(key);
      await session.operate(
        (operations) => operations.policy.reset(room, name),
        (report) => renderRoomPolicies([report]),
      );
    });
  addOptOuts(policy, session);
}

function addOptOuts<Bridges extends BridgeConfigSchemas>(policy: Command, session: Session<Bridges>): void {
  policy
    .command("opt-outs")
    .argument("[account]", "an account of the configuration (default: all)")
    .description("show who does not want to be carried")
    .action(async (account: string | undefined) => {
      await session.operate((operations) => operations.policy.optOuts(account ?? null), renderOptOuts);
    });
  policy
    .command("opt-out")
    .argument("<account>", "an account of the configuration")
    .argument("<user>", USER)
    .description("carry nothing that somebody says in any room of an account")
    .action(async (account: string, user: string) => {
      await session.operate(
        (operations) => operations.policy.optOut(account, user, true),
        (changed) => renderOptOut(changed, true),
      );
    });
  policy
    .command("opt-in")
    .argument("<account>", "an account of the configuration")
    .argument("<user>", USER)
    .description("end that")
    .action(async (account: string, user: string) => {
      await session.operate(
        (operations) => operations.policy.optOut(account, user, false),
        (changed) => renderOptOut(changed, false),
      );
    });
}
