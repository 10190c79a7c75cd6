import assert from "node:assert/strict";
import { it } from "node:test";
import { Said } from "./said.ts";
import { type Person, ScriptedCrowd } from "./scripted-crowd.ts";

class Sitting implements Person {
  readonly said: Said;
  readonly every = 1;
  texts: string[] = [];

  constructor(name: string) {
    this.said = new Said(name);
  }

  enter = () => Promise.resolve();
  act = () => Promise.resolve();
  leave = () => Promise.resolve();
  heard = () => this.texts;

  say(): string {
    const text = this.said.text();
    this.said.stands(text);
    return text;
  }
}

void it("a group flows when everybody has heard of each of the others something that was said since", () => {
  const people = ["anna1", "otto1", "sven1"].map((name) => new Sitting(name));
  const crowd = new ScriptedCrowd([people]);
  const since = Date.now();
  assert.equal(crowd.flowsSince(since), false);
  const texts = people.map((person) => person.say());
  for (const person of people) person.texts = texts.slice(0, 2);
  assert.equal(crowd.flowsSince(since), false, "nobody has heard the third");
  for (const person of people) person.texts = texts.slice(2);
  assert.equal(crowd.flowsSince(since), true, "what was heard before counts");
  assert.equal(crowd.flowsSince(Date.now() + 1_000), false);
});
