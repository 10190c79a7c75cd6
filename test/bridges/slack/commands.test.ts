import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { run } from "../../core/cli/run-line.ts";

const manifest = z.object({
  oauth_config: z.object({ redirect_urls: z.array(z.string()).optional() }),
  settings: z.object({ socket_mode_enabled: z.boolean(), token_rotation_enabled: z.boolean() }),
});

void describe("the commands about Slack apps", () => {
  void it("print the link that installs an account's app, and for how long it is good", async () => {
    const { code, out, calls } = await run(["slack", "install", "far"]);
    assert.deepEqual([code, calls], [0, [["install-link", "far"]]]);
    assert.match(out, /^https:\/\/gw\.example\/install\/x\n\n.*within 15 min/);
  });

  void it("make a manifest for an app whose token is copied, or for one that is installed by a link", async () => {
    const plain = manifest.parse(parse((await run(["slack", "manifest"])).out));
    assert.deepEqual(plain, {
      oauth_config: {},
      settings: { socket_mode_enabled: true, token_rotation_enabled: false },
    });
    const line = ["slack", "manifest", "--public-url", "https://mimi.example.org/"];
    const linked = manifest.parse(parse((await run(line)).out));
    assert.deepEqual(linked, {
      oauth_config: { redirect_urls: ["https://mimi.example.org/slack/oauth"] },
      settings: { socket_mode_enabled: true, token_rotation_enabled: true },
    });
  });
});
