/** Calls of Matrix's client-server API with one person's access token. */
import { z } from "zod";

/** The server's "no", with the status and code that it gave. */
export class MatrixRefusal extends Error {
  override readonly name = "MatrixRefusal";
  readonly status: number;
  readonly code: string;

  constructor(what: string, status: number, code: string, detail: string) {
    super(`${what} is refused: ${status} ${code} ${detail}`);
    this.status = status;
    this.code = code;
  }
}

export type MatrixQuery = Readonly<Record<string, string>>;

const refusalForm = z.object({ errcode: z.string(), error: z.string().catch("") });

export class MatrixHttp {
  /** Without a slash at the end. */
  readonly url: string;
  readonly #token: string | null;

  /** `token`: null for what needs none. */
  constructor(url: string, token: string | null) {
    this.url = url;
    this.#token = token;
  }

  /** `path`: below /_matrix/client, with escapes. Resolves with the answer. Throws MatrixRefusal. */
  async call(
    method: "GET" | "PUT" | "POST" | "DELETE",
    path: string,
    body?: Readonly<Record<string, unknown>>,
    query: MatrixQuery = {},
  ): Promise<unknown> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await this.#fetch(method, `/_matrix/client${path}`, query, "application/json", sent);
    return answer.json();
  }

  /** Puts bytes onto the server. Resolves with their mxc: address. */
  async upload(name: string, type: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const answer = await this.#fetch("POST", "/_matrix/media/v3/upload", { filename: name }, type, {
      body: bytes,
    });
    return z.object({ content_uri: z.string() }).parse(await answer.json()).content_uri;
  }

  /** The bytes at an mxc: address and what they are said to be (client-server API, 10.9 Content repository). */
  async download(mxc: string): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
    const path = `/_matrix/client/v1/media/download/${mxc.slice("mxc://".length)}`;
    const answer = await this.#fetch("GET", path, {}, null, {});
    const type = answer.headers.get("content-type") ?? "";
    return { type, bytes: new Uint8Array(await answer.arrayBuffer()) };
  }

  async #fetch(
    method: string,
    path: string,
    query: MatrixQuery,
    type: string | null,
    sent: { readonly body?: string | Uint8Array<ArrayBuffer> },
  ): Promise<Response> {
    const search = new URLSearchParams(query).toString();
    const answer = await fetch(`${this.url}${path}${search === "" ? "" : `?${search}`}`, {
      method,
      headers: {
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(type === null || sent.body === undefined ? {} : { "content-type": type }),
      },
      ...sent,
    });
    if (answer.ok) return answer;
    const text = await answer.text();
    const refusal = refusalForm.safeParse(jsonOf(text)).data;
    throw new MatrixRefusal(
      `${method} ${path}`,
      answer.status,
      refusal?.errcode ?? "",
      refusal?.error ?? text,
    );
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
