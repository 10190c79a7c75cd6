/** Deliveries as far as the workspace and the channel allow them now; what they do is in performer.ts and prober.ts. */
import { type DeliveryContext, DeliveryError, type Receipt, type Step } from "../../core/bridge/outbound.ts";
import type { Milliseconds } from "../../core/time.ts";
import { CLOSED_AGAIN_MS, closedBy } from "./channel-fate.ts";
import { asGatewayFault, closedError, closedToLines, refusalOf } from "./refusal.ts";
import type { Workspace } from "./workspace.ts";

type Served = Pick<Workspace, "parts" | "known"> | null;

/**
 * The workspace, where it is known what it can show: who the app is, and the emoji that it has. Throws DeliveryError as
 * `Bridge.plan` does.
 */
export function plannable<Known extends Pick<Workspace, "parts" | "emoji">>(workspace: Known | null): Known {
  if (workspace?.parts && workspace.emoji.known) return workspace;
  throw notStarted("certain");
}

/** As `Bridge.perform`. `workspace`: null where there is none now. */
export async function performIn(workspace: Served, step: Step, context: DeliveryContext): Promise<Receipt> {
  const { parts } = workspace ?? {};
  if (!parts) throw notStarted("certain");
  const closed = workspace?.known(context.room)?.closed;
  if (closed) throw isLine(step, context) ? closedToLines(closed) : closedError(closed);
  return parts.performer.perform(step, context);
}

/** As `Bridge.probe`; `at`: when the call was made. */
export async function probeIn(
  workspace: Served,
  step: Step,
  context: DeliveryContext,
  at: Milliseconds,
): Promise<Receipt | "absent" | "unknown"> {
  const { parts } = workspace ?? {};
  if (!parts) throw notStarted("unknown");
  const closed = workspace?.known(context.room)?.closed;
  if (closed && isLine(step, context)) return "unknown";
  if (closed) throw closedError(closed, CLOSED_AGAIN_MS, "unknown");
  try {
    return await parts.prober.probe(step, context, at);
  } catch (thrown) {
    const { code, cause, detail } = asGatewayFault(thrown, "probe");
    // What Slack does not show to the app it will not show later: what can't be known is not waited for.
    if (code === "request_refused" && closedBy(refusalOf(cause) ?? "", "probe") === null) return "unknown";
    throw new DeliveryError("account_down", detail, {
      certainty: "unknown",
      retry: "after",
      afterMs: 5_000,
    });
  }
}

/** A line of the gateway's own: worth nothing to whoever reads it later, and nobody leaves before the last one is said. */
const isLine = ({ op }: Step, { origin }: DeliveryContext): boolean =>
  origin === null && op !== "chat.update";

function notStarted(certainty: "certain" | "unknown"): DeliveryError {
  const verdict = { certainty, retry: "after", afterMs: 2_000 } as const;
  return new DeliveryError("account_down", "the account is not connected yet", verdict);
}
