export { count, formatDuration, formatExact, formatShort, formatTime } from '@holdfast/react';
