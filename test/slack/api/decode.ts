/** A request of the Web API, taken apart as Slack does: https://docs.slack.dev/apis/web-api/ */
import type { IncomingMessage } from "node:http";
import { Refusal } from "../state/refusal.ts";

export interface Decoded {
  readonly arguments: Readonly<Record<string, unknown>>;
  /** From the header or the form; null: none. */
  readonly token: string | null;
  /** Id and secret of the app in Basic authentication. */
  readonly basic: { readonly id: string; readonly secret: string } | null;
  /** The arguments came as JSON. */
  readonly isJson: boolean;
  readonly warning: string | null;
}

/** Reads the body to its end; throws where it is longer than any method takes. */
export async function readBody(request: IncomingMessage, most = 64 * 1024 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) throw new Error(`a request of more than ${most} octets`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Arguments of the URL and of the body; a JSON body counts only for methods that take JSON. */
export function decode(request: IncomingMessage, url: URL, body: Buffer, takesJson: boolean): Decoded {
  const type = (request.headers["content-type"] ?? "").toLowerCase();
  const given: Record<string, unknown> = Object.fromEntries(url.searchParams);
  let isJson = false;
  let warning: string | null = null;
  if (request.method === "POST" && body.length > 0) {
    if (type.startsWith("application/json")) {
      isJson = true;
      if (!/charset=/.test(type)) warning = "missing_charset";
      if (takesJson) Object.assign(given, parseObject(body.toString("utf8")));
    } else if (type.startsWith("application/x-www-form-urlencoded")) {
      Object.assign(given, Object.fromEntries(new URLSearchParams(body.toString("utf8"))));
    } else {
      throw new Refusal("invalid_form_data");
    }
  }
  const header = request.headers.authorization ?? "";
  const bearer = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const { token, ...rest } = given;
  const inForm = !isJson && typeof token === "string" ? token : null;
  return { arguments: rest, token: bearer ?? inForm, basic: readBasic(header), isJson, warning };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal("invalid_json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Refusal("json_not_object");
  return value as Record<string, unknown>;
}

function readBasic(header: string): Decoded["basic"] {
  const encoded = /^Basic +(\S+)$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const [id = "", ...secret] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { id, secret: secret.join(":") };
}
