import Sequencer from '@jest/test-sequencer';

/** Two minutes of load and as much again for start and end: begun late, the other workers would idle before it ends. */
const LONGEST = /\/tools\/chaos\/src\/chaos\.e2e-spec\.ts$/;

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isLongest = ({ path }) => LONGEST.test(path);
    return [...sorted.filter(isLongest), ...sorted.filter((test) => !isLongest(test))];
  }
}
