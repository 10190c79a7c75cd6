import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { limits } from "../../core/limits.ts";

const read = (file: string): string =>
  readFileSync(join(import.meta.dirname, "../../deploy/proxy", file), "utf8");
// Prose names addresses, too.
const caddy = read("Caddyfile").replaceAll(/^\s*#.*$/gm, "");
const nginx = read("nginx.conf").replaceAll(/^\s*#.*$/gm, "");

const addresses = (text: string): string[] =>
  [...new Set([...text.matchAll(/127\.0\.0\.1:\d+/g)].map(([address]) => address))].toSorted();
const seconds = (text: string, key: string): number =>
  Number(new RegExp(`${key} (\\d+)s`).exec(text)?.[1] ?? Number.NaN);
const mebibytes = (text: string, key: string): number =>
  Number(new RegExp(`${key} (\\d+)m`, "i").exec(text)?.[1] ?? Number.NaN);

void describe("the examples of proxies", () => {
  void it("lead to the same places, and let in the same homeserver alone", () => {
    assert.equal(addresses(nginx).length, 3);
    assert.deepEqual(addresses(caddy), addresses(nginx));
    assert.match(nginx, /allow 192\.0\.2\.10;\s+deny all;/);
    assert.match(caddy, /@stranger not remote_ip 192\.0\.2\.10\s+respond @stranger 403/);
  });

  void it("wait longer than a request is held, and take files as large as the gateway does", () => {
    for (const wait of [seconds(nginx, "proxy_read_timeout"), seconds(caddy, "response_header_timeout")])
      assert.ok(wait * 1_000 > limits.holdMs * 2, String(wait));
    for (const size of [mebibytes(nginx, "client_max_body_size"), mebibytes(caddy, "max_size")])
      assert.ok(size * 1024 * 1024 >= limits.mediaBytes, String(size));
  });
});
