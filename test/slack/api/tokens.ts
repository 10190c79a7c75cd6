/** Tokens: what they may do, when they end, and how they are renewed. */
import { randomBytes } from "node:crypto";
import type { SimulatedClock } from "../clock.ts";
import { Refusal } from "../state/refusal.ts";

export interface Token {
  readonly text: string;
  readonly kind: "bot" | "app";
  /** Of a bot token. */
  readonly team: string | null;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970; null: it does not end. */
  readonly expiresAt: number | null;
  /** Why it is worth nothing any more. */
  ended: "token_revoked" | "account_inactive" | null;
}

interface Code {
  readonly team: string;
  readonly scopes: readonly string[];
  readonly redirect: string | null;
  readonly expiresAt: number;
  isUsed: boolean;
}

export interface Grant {
  readonly token: Token;
  readonly refresh: string | null;
}

const TWELVE_HOURS = 43_200_000;
const TEN_MINUTES = 600_000;

export class Tokens {
  readonly #clock: SimulatedClock;
  #rotates: boolean;
  readonly #exchanged = new Set<string>();
  readonly #tokens = new Map<string, Token>();
  /** Refresh tokens, each with the workspace and the scopes that it is for. */
  readonly #refreshes = new Map<string, { readonly team: string; readonly scopes: readonly string[] }>();
  readonly #codes = new Map<string, Code>();
  readonly #tooling = new Set<string>();

  constructor(clock: SimulatedClock, rotates: boolean, appToken: string) {
    this.#clock = clock;
    this.#rotates = rotates;
    const app: Token = {
      text: appToken,
      kind: "app",
      team: null,
      scopes: ["connections:write"],
      expiresAt: null,
      ended: null,
    };
    this.#tokens.set(appToken, app);
  }

  /** A bot token that does not end, as the settings of an app show it. */
  makeBot(team: string, scopes: readonly string[]): Token {
    return this.#make(team, scopes, `xoxb-${team}-${random()}`, null);
  }

  /** The bot token of a workspace that was made last and is still good. */
  botOf(team: string): Token | null {
    const good = [...this.#tokens.values()].filter((token) => token.team === team && token.ended === null);
    return good.at(-1) ?? null;
  }

  /** Throws not_authed, invalid_auth, token_expired, token_revoked or account_inactive. */
  check(text: string | null): Token {
    if (text === null) throw new Refusal("not_authed");
    const token = this.#tokens.get(text);
    if (token === undefined) throw new Refusal("invalid_auth");
    if (token.ended !== null) throw new Refusal(token.ended);
    if (token.expiresAt !== null && token.expiresAt <= this.#clock.now()) throw new Refusal("token_expired");
    return token;
  }

  /** Ends every token of a workspace; returns them. */
  end(team: string, why: "token_revoked" | "account_inactive"): Token[] {
    const ended = [...this.#tokens.values()].filter((token) => token.team === team && token.ended === null);
    for (const token of ended) token.ended = why;
    for (const [text, refresh] of this.#refreshes) if (refresh.team === team) this.#refreshes.delete(text);
    return ended;
  }

  /** What a person who allowed the app brings back from the browser. */
  makeCode(team: string, scopes: readonly string[], redirect: string | null): string {
    const text = `${team}.${random()}`;
    const expiresAt = this.#clock.now() + TEN_MINUTES;
    this.#codes.set(text, { team, scopes, redirect, expiresAt, isUsed: false });
    return text;
  }

  /** Throws invalid_code, code_already_used or bad_redirect_uri. */
  redeem(text: string, redirect: string | null): Grant {
    const code = this.#codes.get(text);
    if (code === undefined || code.expiresAt <= this.#clock.now()) throw new Refusal("invalid_code");
    if (code.isUsed) throw new Refusal("code_already_used");
    if (code.redirect !== redirect) throw new Refusal("bad_redirect_uri");
    code.isUsed = true;
    return this.#grant(code.team, code.scopes);
  }

  /** A new pair; the old refresh token is good no more. Throws invalid_refresh_token. */
  refresh(text: string): Grant {
    const found = this.#refreshes.get(text);
    if (found === undefined) throw new Refusal("invalid_refresh_token");
    this.#refreshes.delete(text);
    return this.#grant(found.team, found.scopes);
  }

  /**
   * A pair for a token that does not end, which ends with that. Throws token_rotation_not_enabled, invalid_token,
   * authorization_not_found or token_already_exchanged.
   */
  exchange(text: string): Grant {
    if (!this.#rotates) throw new Refusal("token_rotation_not_enabled");
    if (this.#exchanged.has(text)) throw new Refusal("token_already_exchanged");
    const token = this.#tokens.get(text);
    if (token === undefined || token.team === null || token.expiresAt !== null)
      throw new Refusal("invalid_token");
    if (token.ended !== null) throw new Refusal("authorization_not_found");
    token.ended = "token_revoked";
    this.#exchanged.add(text);
    return this.#grant(token.team, token.scopes);
  }

  /** Tokens that are made from now on end. */
  startRotating(): void {
    this.#rotates = true;
  }

  /** A refresh token for the tokens with which apps are configured. */
  makeTooling(): string {
    const text = `xoxe-1-tooling-${random()}`;
    this.#tooling.add(text);
    return text;
  }

  /** Throws invalid_refresh_token. */
  rotateTooling(text: string): { readonly token: string; readonly refresh: string } {
    if (!this.#tooling.delete(text)) throw new Refusal("invalid_refresh_token");
    return { token: `xoxe.xoxp-1-${random()}`, refresh: this.makeTooling() };
  }

  #grant(team: string, scopes: readonly string[]): Grant {
    if (!this.#rotates) return { token: this.makeBot(team, scopes), refresh: null };
    const refresh = `xoxe-1-${random()}`;
    this.#refreshes.set(refresh, { team, scopes });
    const ends = this.#clock.now() + TWELVE_HOURS;
    return { token: this.#make(team, scopes, `xoxe.xoxb-1-${random()}`, ends), refresh };
  }

  #make(team: string, scopes: readonly string[], text: string, expiresAt: number | null): Token {
    const token: Token = { text, kind: "bot", team, scopes, expiresAt, ended: null };
    this.#tokens.set(text, token);
    return token;
  }
}

function random(): string {
  return randomBytes(18).toString("base64url").replaceAll(/[-_]/g, "x");
}
