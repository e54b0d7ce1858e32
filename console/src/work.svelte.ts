// Something that a page does when it is asked to: whether it is under way, and why it did not succeed.
import type { Problem } from './api/client';
import { asProblem } from './resource.svelte';

export class Work {
  /** Why the last one did not succeed. */
  problem = $state.raw<Problem | null>(null);
  private underWay = $state(0);

  get isBusy(): boolean {
    return this.underWay > 0;
  }

  /** Does it. Whether it succeeded; why not is in `problem`. */
  async do(work: () => Promise<unknown>): Promise<boolean> {
    this.underWay += 1;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (cause) {
      this.problem = asProblem(cause);
      return false;
    } finally {
      this.underWay -= 1;
    }
  }

  /** Says of a field what is wrong with it; `undefined` when nothing is. */
  faultOf(field: string): string | undefined {
    return this.problem?.fields.find((one) => one.field === field)?.message;
  }

  /** What failed before is no longer of interest. */
  forget(): void {
    this.problem = null;
  }
}
