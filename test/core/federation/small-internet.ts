/** An internet in which some domains, over https, are servers of this test; everything else is as guarded as ever. */
import type { ExchangeAnswer, ExchangeRequest } from "../../../core/federation/peers/exchange.ts";
import { Exchanger } from "../../../core/federation/peers/exchange.ts";

export class SmallInternet extends Exchanger {
  /** Origins by what is asked for: `https://a.example`. */
  readonly places = new Map<string, string>();
  /** What was asked, in order: `GET https://a.example/.well-known/mtp`. */
  readonly asked: string[] = [];

  constructor() {
    super([]);
  }

  override exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
    this.asked.push(`${request.method} ${request.origin}${request.target}`);
    const origin = this.places.get(request.origin);
    return super.exchange(origin === undefined ? request : { ...request, origin, trusted: true });
  }
}
