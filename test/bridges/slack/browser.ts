/** A person's browser, as far as installing an app goes: it follows where it is sent and brings its cookies back. */

export interface Shown {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export class Browser {
  readonly #cookies = new Map<string, string>();

  /** Asks for one page, and goes nowhere from there. */
  async open(url: string, method: "GET" | "HEAD" = "GET"): Promise<Shown> {
    const { origin } = new URL(url);
    const cookie = this.#cookies.get(origin);
    const answer = await fetch(url, {
      method,
      redirect: "manual",
      headers: cookie === undefined ? {} : { cookie },
    });
    const [set] = answer.headers.getSetCookie();
    if (set !== undefined) this.#cookies.set(origin, set.split(";")[0] ?? "");
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  }

  /** Asks for a page and follows to where it ends. */
  async visit(url: string): Promise<Shown> {
    let shown = await this.open(url);
    for (let hops = 0; hops < 5 && shown.status === 302; hops++)
      shown = await this.open(new URL(shown.headers.get("location") ?? "", url).href);
    return shown;
  }
}
