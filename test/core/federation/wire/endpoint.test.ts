import assert from "node:assert/strict";
import { it } from "node:test";
import { parseEndpoint } from "../../../../core/federation/wire/endpoint.ts";

void it("an endpoint is https, a host and a plain path, and is written in one way", () => {
  for (const [text, read] of [
    ["https://a.example", "https://a.example"],
    ["https://a.example/", "https://a.example"],
    ["https://a.example:8443/mimi/mtp/", "https://a.example:8443/mimi/mtp"],
    ["https://[2001:db8::1]", "https://[2001:db8::1]"],
  ] as const)
    assert.equal(parseEndpoint(text), read, text);
  for (const text of [
    "",
    "a.example",
    "http://a.example",
    "http://127.0.0.1",
    "ftp://a.example",
    "https://",
    "https://A.example",
    "https://a.example:443",
    "https://u@a.example",
    "https://a.example?b",
    "https://a.example/#b",
    "https://a.example//b",
    "https://a.example/b//",
    "https://a.example/%62",
    "https://a.example/../b",
    "https://0x7f.1",
    " https://a.example",
  ])
    assert.equal(parseEndpoint(text), null, text);
});

void it("an endpoint may be http on this machine alone, where that is asked for", () => {
  for (const text of ["http://127.0.0.1:8448/a", "http://[::1]:9", "http://localhost:9"])
    assert.equal(parseEndpoint(text, true), text);
  for (const text of ["http://10.0.0.1", "http://localhost.example", "http://a.example"])
    assert.equal(parseEndpoint(text, true), null, text);
});
