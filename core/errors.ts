/**
 * The catalogue of everything that the gateway refuses or fails at. A code is never renamed or used again; the
 * detail names the fact that helps (which file, which room, which event) and what to do.
 */
export const errorCodes = {
  config_invalid: "the configuration has mistakes",
  config_missing: "a configuration file that was named does not exist",
  store_locked: "another process holds the store",
  store_too_new: "the store was migrated by a newer version that this one cannot read",
  backup_exists: "there is something already where the backup was to be made",
  backup_failed: "a backup can't be written or read",
  backup_foreign: "the backup is of another gateway",
  backup_invalid: "that is no backup, or it is damaged",
  restore_not_empty: "the data folder has something in it",
  store_full: "the disk or the database has no room left",
  store_failed: "the store refused a statement",
  lane_lost: "another process has taken the lane over",
  redis_unavailable: "Redis cannot be reached",
  account_unknown: "no account of that name is configured",
  account_down: "the account's connection is down",
  account_silent: "an account's platform does not answer",
  account_refused: "the platform refused the account's credentials",
  install_unavailable: "the account is not one that is installed by a link",
  secret_unreadable: "a secret in the store can't be opened",
  secrets_key_missing: "the key for the secrets in the store is not here",
  room_invalid: "that is not a room's address on this platform",
  room_unreachable: "the room cannot be joined",
  room_linked: "the room is linked already",
  room_not_linked: "the room is not linked",
  room_silent: "nothing gets into a room, though its account is connected",
  room_unread: "a room of a restored store is not read, and its group takes nothing from other gateways",
  room_unprotected: "rooms of the account ask for no passwords",
  room_not_paused: "the room is not paused",
  portals_full: "the account has made as many rooms as it makes for others",
  group_unknown: "there is no such group",
  set_aside_unknown: "nothing set aside has that number",
  event_unknown: "nothing is known under that id",
  gateway_unreachable: "the running gateway does not answer",
  usage: "the command line is wrong",
  file_exists: "a file that was to be written is there already",
  event_malformed: "what came from the platform cannot be read",
  loop_repeated: "a message says again what was carried into its room",
  target_under_way: "what a message refers to may be under way to the room",
  content_invalid: "the content is larger than the limits allow, or malformed",
  delivery_refused: "the platform refused what was to be delivered",
  delivery_unclear: "whether the platform took a delivery cannot be known",
  delivery_forbidden: "the gateway has no right to do that in the room",
  delivery_throttled: "the platform asked to wait",
  stanza_too_large: "a stanza is larger or deeper than the limits allow",
  stream_failed: "the XMPP stream ended with an error",
  request_refused: "the platform answered a request with an error",
  request_timeout: "the platform did not answer a request in time",
  media_refused: "a file is larger than allowed, or where the gateway must not fetch from",
  media_unreachable: "a file can't be fetched or stored",
  peer_unreachable: "another gateway does not answer",
  peer_refused: "another gateway refused a request",
  peer_answer_invalid: "another gateway answered with what cannot be read",
  peer_known: "a gateway of that base domain is known already",
  peer_unknown: "no such gateway is known",
  domain_taken: "the domain is this gateway's own, or another peer's",
  code_unknown: "no code has that number",
  redeem_refused: "a code is not good, or not with that gateway",
  redeem_waiting: "somebody has to confirm who redeems the code first",
  connection_unknown: "there is no such connection",
  invite_refused: "nobody can be invited so",
  invitation_unknown: "there is no such invitation, or it has ended",
  knock_unknown: "no knock has that number",
  group_foreign: "another gateway owns the group",
  member_unknown: "the group has no such member",
  role_unknown: "the group has no such role",
  group_not_followed: "the group is another gateway's, and not followed from here",
  federation_off: "this process does not speak to other gateways",
  event_gap: "a group's owner left events out",
  event_conflict: "a group's owner said two different things of one place in its log",
  event_time: "a group's owner went back in time",
  sender_forged: "a group's owner gave out an event as one of our users'",
  server_failed: "a server that the demo or a test needs did not come up",
  internal: "a fault of the gateway itself",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Every error that crosses a module's edge. `message` is `code: detail`; `cause` keeps what lies underneath. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** Any thrown value as a GatewayError: itself, or `internal` with the value as its cause. */
export function asGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError("internal", thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}
