import type { PanelControl } from './panel-control.js';

export interface PanelState {
  readonly id: string;
  readonly label: string;
  /** What to do so that it shows. */
  readonly hint?: string;
  readonly enter: (control: PanelControl) => void;
}

function broken(level: 'thread' | 'chat' | 'app'): PanelState['enter'] {
  return (control) => {
    control.break({ level, kind: 'program' });
  };
}

/** Every state that the page may show a person, in the order of a day that goes from bad to worse. */
export const PANEL_STATES: readonly PanelState[] = [
  {
    id: 'connecting',
    label: 'Connecting',
    enter: (control) => {
      control.connecting();
    },
  },
  {
    id: 'reconnecting',
    label: 'Reconnecting',
    enter: (control) => {
      control.reconnecting();
    },
  },
  {
    id: 'offline',
    label: 'Offline',
    hint: 'Write something: it waits.',
    enter: (control) => {
      control.offline();
    },
  },
  {
    id: 'restarting',
    label: 'Server restarts',
    enter: (control) => {
      control.restarting();
    },
  },
  {
    id: 'catching-up',
    label: 'Catching up',
    enter: (control) => {
      control.catchingUp();
    },
  },
  {
    id: 'degraded-agents',
    label: 'Agents away',
    enter: (control) => {
      control.degraded('agents');
    },
  },
  {
    id: 'degraded-database',
    label: 'Database away',
    enter: (control) => {
      control.degraded('database');
    },
  },
  {
    id: 'degraded-redis',
    label: 'Redis away',
    enter: (control) => {
      control.degraded('redis');
    },
  },
  {
    id: 'failed',
    label: 'Message fails',
    hint: 'Send something.',
    enter: (control) => {
      control.refuseMessages();
    },
  },
  {
    id: 'interrupted',
    label: 'Answer interrupted',
    hint: 'Ask for a long answer.',
    enter: (control) => {
      control.disturbNextAnswer('interrupted');
    },
  },
  {
    id: 'resumed',
    label: 'Answer resumed',
    hint: 'Ask for a long answer.',
    enter: (control) => {
      control.disturbNextAnswer('resumed');
    },
  },
  {
    id: 'message',
    label: 'Message breaks',
    enter: (control) => {
      const scope = control.newestMessage();
      control.break({ level: 'message', kind: 'program', ...(scope === undefined ? {} : { scope }) });
    },
  },
  {
    id: 'messages',
    label: 'All messages break',
    enter: (control) => {
      control.break({ level: 'message', kind: 'program' });
    },
  },
  { id: 'thread', label: 'Thread breaks', enter: broken('thread') },
  {
    id: 'thread-moment',
    label: 'Thread breaks again and again',
    hint: 'It is tried again, then handed up.',
    enter: (control) => {
      control.break({ level: 'thread', kind: 'moment' });
    },
  },
  { id: 'chat', label: 'Chat breaks', enter: broken('chat') },
  { id: 'app', label: 'Page breaks', enter: broken('app') },
];
