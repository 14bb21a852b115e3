import type { Run } from '../../tracking/entities';

export function tagOf(run: Run, key: string): string | undefined {
  return run.data.tags.find(tag => tag.key === key)?.value;
}
