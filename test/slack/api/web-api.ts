/** `/api/METHOD`: checks in Slack's order, the call, and the answer; or the fault that a test has set. */
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallFault, SeenCall } from "../faults.ts";
import { Refusal } from "../state/refusal.ts";
import { appMethods } from "./app-methods.ts";
import { chatMethods } from "./chat-methods.ts";
import { conversationMethods } from "./conversation-methods.ts";
import { decode, type Decoded, readBody } from "./decode.ts";
import { fileMethods } from "./file-methods.ts";
import { historyMethods } from "./history-methods.ts";
import { identityMethods } from "./identity-methods.ts";
import type { Limits } from "./limits.ts";
import { markMethods } from "./mark-methods.ts";
import {
  type Answer,
  type BotCall,
  type CallContext,
  type Method,
  type Methods,
  needScope,
  text,
} from "./method.ts";
import type { Token } from "./tokens.ts";

const methods: Methods = {
  ...appMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...historyMethods,
  ...identityMethods,
  ...markMethods,
};
/** What apps outside of Slack's directory may call once a minute. */
const RESTRICTED = ["conversations.history", "conversations.replies"];

interface Prepared {
  readonly name: string;
  readonly method: Method;
  readonly decoded: Decoded;
  readonly token: Token | null;
}

/** An answer that is not the method's own. */
class Throttled extends Error {
  readonly seconds: number;

  constructor(seconds: number) {
    super("ratelimited");
    this.seconds = seconds;
  }
}

export class WebApi {
  readonly calls: SeenCall[] = [];
  readonly #context: Omit<CallContext, "basic" | "shown">;
  readonly #limits: Limits;

  constructor(context: Omit<CallContext, "basic" | "shown">, limits: Limits) {
    this.#context = context;
    this.#limits = limits;
  }

  async serve(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    let scopes: readonly string[] = [];
    try {
      const prepared = this.#prepare(request, url, body);
      scopes = prepared.token?.scopes ?? [];
      const seen = this.#see(prepared);
      this.calls.push(seen);
      await this.#answer(prepared, this.#context.faults.onCall(seen), response);
    } catch (error) {
      if (error instanceof Throttled) throttle(response, error.seconds);
      else if (error instanceof Refusal)
        send(response, { ok: false, error: error.code, ...error.besides }, scopes);
      else throw error;
    }
  }

  #prepare(request: IncomingMessage, url: URL, body: Buffer): Prepared {
    const name = url.pathname.slice("/api/".length);
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method === undefined) throw new Refusal("unknown_method", { req_method: name });
    const decoded = decode(request, url, body, method.json);
    if (method.by === "nobody") return { name, method, decoded, token: null };
    const token = this.#context.tokens.check(decoded.token);
    if (token.kind !== method.by) throw new Refusal("not_allowed_token_type");
    this.#limit(name, method, token, text(decoded.arguments, "channel") ?? "");
    if (method.by === "bot" && method.scopes.length > 0)
      needScope(this.#botCall(decoded, token), ...method.scopes);
    return { name, method, decoded, token };
  }

  #limit(name: string, method: Method, token: Token, channel: string): void {
    const team = token.team ?? "";
    const isRestricted = this.#context.restrictedHistory && RESTRICTED.includes(name);
    const seconds = isRestricted
      ? this.#limits.takeOneAMinute(team, name)
      : this.#limits.take({ team, method: name, tier: method.tier, channel });
    if (seconds > 0) throw new Throttled(seconds);
  }

  #see({ name, decoded, token }: Prepared): SeenCall {
    const [first] = this.#context.workspaces.values();
    const at = first?.clock.now() ?? Date.now();
    return { method: name, arguments: decoded.arguments, team: token?.team ?? null, at };
  }

  async #answer(prepared: Prepared, fault: CallFault | null, response: ServerResponse): Promise<void> {
    const { decoded, token } = prepared;
    if (fault?.kind === "throttle") throw new Throttled(fault.seconds);
    if (fault?.kind === "refuse") throw new Refusal(fault.error);
    if (fault?.kind === "status") {
      response
        .writeHead(fault.status, { "content-type": "text/html" })
        .end("<html>Slack has an error</html>");
      return;
    }
    if (fault?.kind === "lost-before") {
      response.destroy();
      return;
    }
    const answer = this.#run(prepared, fault?.kind === "lost-unseen" ? fault.ms : 0);
    if (fault?.kind === "lost-after" || fault?.kind === "lost-unseen") {
      response.destroy();
      return;
    }
    if (fault?.kind === "garbled") {
      response.writeHead(200, { "content-type": "text/html" }).end(fault.body);
      return;
    }
    if (fault?.kind === "late") await fault.until;
    const warning = decoded.warning === null ? {} : { warning: decoded.warning };
    send(response, { ok: true, ...answer, ...warning }, token?.scopes ?? []);
  }

  #run({ method, decoded, token }: Prepared, hiddenMs: number): Answer {
    const call = { ...this.#context, basic: decoded.basic, shown: decoded.token };
    if (method.by !== "bot" || token === null) {
      return method.by === "bot" ? {} : method.run(call, decoded.arguments);
    }
    const botCall = this.#botCall(decoded, token);
    botCall.workspace.hiddenMs = hiddenMs;
    try {
      return method.run(botCall, decoded.arguments);
    } finally {
      botCall.workspace.hiddenMs = 0;
    }
  }

  #botCall(decoded: Decoded, token: Token): BotCall {
    const workspace = this.#context.workspaces.get(token.team ?? "");
    if (workspace === undefined) throw new Refusal("invalid_auth");
    return { ...this.#context, basic: decoded.basic, shown: decoded.token, workspace, token };
  }
}

function send(response: ServerResponse, answer: Answer, scopes: readonly string[]): void {
  if (response.destroyed) return;
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "x-slack-req-id": randomBytes(16).toString("hex"),
    ...(scopes.length > 0 && { "x-oauth-scopes": scopes.join(",") }),
  };
  response.writeHead(200, headers).end(JSON.stringify(answer));
}

function throttle(response: ServerResponse, seconds: number): void {
  const headers = { "content-type": "application/json; charset=utf-8", "retry-after": String(seconds) };
  response.writeHead(429, headers).end(JSON.stringify({ ok: false, error: "ratelimited" }));
}
