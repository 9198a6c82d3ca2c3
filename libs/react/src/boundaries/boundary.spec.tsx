import { describe, expect, it } from '@jest/globals';
import { Boundary } from './boundary.js';

const children = 'children';
const fallback = () => 'fallback';

describe('Boundary', () => {
  it('shows its children until one throws, then the fallback', () => {
    const boundary = new Boundary({ children, fallback });
    expect(boundary.render()).toBe('children');
    Object.assign(boundary.state, Boundary.getDerivedStateFromError(new Error('render failed')));
    expect(boundary.render()).toBe('fallback');
  });

  it('tries again when what failed has changed, and only then', () => {
    const failed = { failed: { error: new Error('render failed') }, resetKey: 1 };
    expect(Boundary.getDerivedStateFromProps({ children, fallback, resetKey: 1 }, failed)).toBeNull();
    const changed = Boundary.getDerivedStateFromProps({ children, fallback, resetKey: 2 }, failed);
    expect(changed).toEqual({ failed: null, resetKey: 2 });
  });
});
