/** What Slack sends, whichever way it comes: events, presses of buttons, commands, and word about the sending itself. */
import { z } from "zod";

/** The body of a request or of a socket's envelope, as JSON or as the fields of a form. */
export type Body = Record<string, unknown>;

/** Takes a body in. Resolves after the durable write, with what is to be answered; only then Slack may be told. */
export type Deliver = (body: Body) => Promise<unknown>;

const envelope = z.object({
  type: z.string(),
  team_id: z.string().nullish(),
  team: z.object({ id: z.string() }).nullish(),
  context_team_id: z.string().nullish(),
  authorizations: z.array(z.object({ team_id: z.string().nullish() })).nullish(),
  event: z.looseObject({ type: z.string() }).nullish(),
  challenge: z.string().nullish(),
});
const pressed = z.looseObject({
  type: z.literal("block_actions"),
  channel: z.object({ id: z.string() }),
});

export type Envelope = z.infer<typeof envelope>;

/** null: it is a command, or nothing known. */
export function readEnvelope(body: Body): Envelope | null {
  return envelope.safeParse(body).data ?? null;
}

/** What concerns a channel: an inner event, or the press of a button; null: nothing. */
export function innerEvent(body: Body): unknown {
  const data = readEnvelope(body);
  if (data?.type === "event_callback") return data.event ?? null;
  return pressed.safeParse(body).data ?? null;
}

/**
 * The workspaces that it is for; none: it does not say. Of a channel that several workspaces share (Slack Connect) `team_id` may
 * be that of another one than the app's.
 */
export function teamsOf(body: Body): readonly string[] {
  const data = readEnvelope(body);
  const named = data
    ? [
        data.team_id,
        data.team?.id,
        data.context_team_id,
        ...(data.authorizations ?? []).map((one) => one.team_id),
      ]
    : [body["team_id"]];
  return [...new Set(named.filter((team) => typeof team === "string"))];
}

/** The body of a request: JSON, or a form that may hold JSON (`payload`); null: neither. */
export function parseBody(text: string, contentType: string): Body | null {
  const form = contentType.startsWith("application/x-www-form-urlencoded");
  const fields = form ? Object.fromEntries(new URLSearchParams(text)) : null;
  const json = fields === null ? text : fields["payload"];
  if (json === undefined) return fields;
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(json));
  } catch {
    return null;
  }
}
