import type { Section } from './section.js';

function topic(title: string, aliases: string, text: string): Section {
  return { source: 'guide', title, aliases: [aliases], text };
}

/**
 * What the guide knows by itself, so that it answers well in every deployment. Each text is an answer as it is; what is
 * said here must stay true of the code.
 */
export const KNOWLEDGE: readonly Section[] = [
  topic(
    'What Holdfast is',
    'what is this product overview purpose introduction about',
    'Holdfast is a chat backend for AI agents that does not drop the conversation. People and agents talk in threads; ' +
      'messages are durable and ordered, agent answers stream word by word and resume after any interruption, and several ' +
      'gateways work as one.\n\nThe idea in one line: **Postgres is truth, Redis accelerates, sockets only hint.**',
  ),
  topic(
    'The promises',
    'guarantee guarantees promise promises reliability reliable safe trust',
    'Holdfast keeps these promises even while its processes die:\n\n' +
      '1. **Acknowledged means durable.** The tick appears only after the database commit.\n' +
      '2. **Once in effect.** A retried send returns the first result, never a second message.\n' +
      '3. **One order.** Everyone in a thread sees the same sequence, without gaps.\n' +
      '4. **Visible means durable, for tokens too.** A word is committed before it is shown.\n' +
      '5. **Nothing hangs.** Every send, run and resume ends in a result or a clear error.\n' +
      '6. **Any process may die at any moment**, and the other five still hold.',
  ),
  topic(
    'Durable messages and acknowledgements',
    'ack acknowledge acknowledged durable lost loss lose message saved commit persisted stored delivery tick',
    'A message is acknowledged only after its Postgres transaction has committed, so an acknowledged message cannot get ' +
      'lost. Until then it waits in the outbox of the client and is sent again after a reconnect. If a database call runs ' +
      'past its deadline, the outcome is unknown: the client gets a retryable error, and the retry finds the original.',
  ),
  topic(
    'Duplicates and retries',
    'duplicate duplicates twice retry retries idempotent idempotency exactly once resend clientMessageId',
    'Every message carries an id that the client made. The database keeps it unique per thread and sender, so a retry is ' +
      'answered with the seq of the first one. The same id with a different body is refused as `conflict`.',
  ),
  topic(
    'Order of messages',
    'order ordered ordering sequence seq gap gaps dense same',
    'Each thread has a log whose entries are numbered 1, 2, 3 and so on, under a row lock in Postgres. There are no gaps, ' +
      'and commit order is number order. A client drops what it already has, holds what came too early, and pulls what is ' +
      'missing, so everyone ends with the same sequence.',
  ),
  topic(
    'How answers stream',
    'stream streaming token tokens chunk chunks word live answer generate typing',
    'A worker collects the words of all its running answers and commits them to Postgres together, about every 50 ms. ' +
      '*Only then* it shows them. So no word that you have seen can vanish, and a reload shows the same text. When the ' +
      'answer ends, its message and the end of the run are written in one transaction.',
  ),
  topic(
    'Reconnecting and resuming',
    'reconnect resume offline reload refresh connection lost network disconnect wifi return catch session recovery',
    'After a lost connection the client reconnects to any gateway and says where it stands in each thread and each running ' +
      'answer. It gets exactly what it missed, or an explicit reset. Messages that you wrote while offline are sent in ' +
      'their order. No sticky sessions are needed.',
  ),
  topic(
    'When a worker dies',
    'worker crash dies die killed kill failure failover takeover lease attempt fence fencing restart recover',
    'A worker holds a lease of 3 seconds on each answer and renews it each second. If the worker dies, another one takes ' +
      'over with a higher *attempt* number; from then on Postgres refuses everything the old one might still write. An ' +
      'agent that can continue goes on after the committed text (I can); another one starts again, and the reset is marked.',
  ),
  topic(
    'Stopping an answer',
    'stop cancel cancelled abort interrupt halt button',
    'Press **Stop** while an answer streams. The cancel is committed to Postgres first and then hinted to the worker, so it ' +
      'works even without Redis. What you have seen stays in the thread, marked as stopped, and you can ask for another try.',
  ),
  topic(
    'When Redis is down',
    'redis down outage gone away unavailable without degraded cache lost',
    'Redis only makes things faster. Without it, gateways find new messages and tokens by polling Postgres about once a ' +
      'second, workers find waiting runs the same way, and cancelling still works. Chat goes on, a little slower. Nothing ' +
      'that was acknowledged depends on Redis.',
  ),
  topic(
    'When Postgres is down',
    'postgres postgresql database db down outage gone unavailable restart failover',
    'Without Postgres nothing is acknowledged, because an acknowledgement means that it is stored. Clients keep their ' +
      'messages in the outbox and retry. Running answers pause: workers hold back words that they cannot commit, and go on ' +
      'once the database is back.',
  ),
  topic(
    'Scaling out',
    'scale scaling scalable horizontal gateways several many instances load balancer sticky websocket cluster more users',
    'Start as many gateways and workers as you like. Gateways talk through the Redis adapter of Socket.IO, and any gateway ' +
      'can serve any client, so a plain balancer without sticky sessions is enough. Workers share the waiting runs: Postgres ' +
      'decides who executes which, and one run executes at a time in each thread.\n\n' +
      'Try it: `npm start -- --gateways 3 --workers 2`.',
  ),
  topic(
    'The parts of the system',
    'architecture parts component components apps app design structure service services layout built technology stack',
    'Holdfast has four apps:\n\n' +
      '- **gateway**: Socket.IO and HTTP, sessions, commands, the chat page\n' +
      '- **agent-worker**: executes runs; agents sit behind one port\n' +
      '- **slo-service**: the place for service levels; so far it tells that it runs\n' +
      '- **web**: the chat page itself\n\n' +
      'They share Postgres (the truth) and Redis (doorbells and fan-out). It is written in TypeScript with NestJS.',
  ),
  topic(
    'Health checks',
    'health healthy probe probes liveness readiness live ready kubernetes k8s check monitoring',
    'Every app answers `/health/live`, `/health/ready` and `/health/startup`. A probe reads a snapshot in memory and never ' +
      'touches a dependency, so a slow database cannot make Kubernetes restart healthy pods. Dependencies are sampled in ' +
      'the background and reported.',
  ),
  topic(
    'Shutdown and deploys',
    'shutdown deploy deploys deployment rollout rolling sigterm drain draining zero downtime upgrade graceful release',
    'On SIGTERM a process leaves in phases: it stops taking new work, lets requests and answers finish within a budget, ' +
      'then closes its resources. An answer that is not done in time is released, and another worker continues it at once. ' +
      'Protocol versions overlap, so old and new processes work side by side during a rollout.',
  ),
  topic(
    'Your own agent',
    'agent agents openai model llm own add create connect provider custom key api gpt ollama bring',
    'Any OpenAI-compatible endpoint can be an agent:\n\n' +
      '```sh\nnpx holdfast agent create --tenant default --name Sage --provider openai \\\n' +
      '  --base-url https://llm.example/v1 --model some-model --api-key-secret HOLDFAST_SECRET_LLM\n```\n\n' +
      'The key stays in the environment of the workers; the database only knows its name. The command reads `DATABASE_URL`, ' +
      'and finds it by itself while `npm start` runs in this folder.',
  ),
  topic(
    'Tools',
    'tool tools function calling calls allow list allowed journal permission security',
    'An agent may call only the tools on its allow-list. Arguments are checked outside the model, a call reaches only the ' +
      'data of its own tenant and thread, and every result is journaled: if another worker takes over, it reuses the ' +
      'recorded result in place of a second call. Built in are `system.status` and `thread.search`.',
  ),
  topic(
    'Signing in and tokens',
    'auth authentication login sign jwt token tokens guest identity password user account',
    'A client connects with a JWT that names the user, the tenant and roles. Tokens are signed with HS256 or come from your ' +
      'identity provider through a JWKS URL. In development, a guest token needs only a name. Expiry is enforced on live ' +
      'connections, with a notice before.',
  ),
  topic(
    'Tenants, members and privacy',
    'tenant tenants isolation member members privacy access invite permission permissions role roles private',
    'Every row and room belongs to one tenant. Only members of a thread can read it or write in it, and this is checked on ' +
      'each command. When somebody is removed, their live updates end at once, even if a gateway missed the news.',
  ),
  topic(
    'Deleting, erasing and exporting',
    'delete deleted erase erasure gdpr export remove data json edit',
    'You can edit or delete your own messages; the place in the sequence stays, the text goes. A whole thread can be ' +
      'exported as JSON, and a user can be erased: their texts are blanked and their name is removed.',
  ),
  topic(
    'When the agent answers',
    'mention mentions @ agent mode auto every off reply respond silent answer answers group',
    'With one person in a thread, the agent answers every message. With several people it answers when it is mentioned, ' +
      'for example `@Guide`. The mode of a thread can also be set to `every`, `mention` or `off`. Messages that arrive ' +
      'while an answer is running are covered by the next answer.',
  ),
  topic(
    'Limits',
    'limit limits rate size maximum max large too many quota flood',
    'By default: 32 KiB per message, 50 messages per send, 20 messages per 10 seconds and user with a burst of 100, and 50 ' +
      'open threads per connection. An answer may take 120 seconds. All of it is configurable, and clients are told the ' +
      'limits when they connect.',
  ),
  topic(
    'Starting Holdfast',
    'start run install setup begin quick getting started npm launch local download try host self hosting',
    '```sh\nnpm start    # everything, on http://localhost:8000\nnpm test     # every test, on real services\n```\n\n' +
      'You need only Node 20.19 or newer and npm. Postgres comes embedded; Redis is taken from the system. Data stays in ' +
      '`.holdfast/`. To use your own servers set `DATABASE_URL` and `REDIS_URL`.',
  ),
  topic(
    'Configuration',
    'config configure configuration environment variable variables settings option options env',
    'Everything is configured by environment variables, parsed and checked once at boot; all invalid ones are listed ' +
      'together. `docs/configuration.md` lists every variable with its default, and `.env.example` is generated from the ' +
      'same source.',
  ),
  topic(
    'Errors',
    'error errors failed failure code codes message went wrong retryable problem',
    'Every error has a code, a message for people, and whether a retry can help (`retryable`, with `retryAfterMs` where a ' +
      'wait is useful). If an answer fails, the thread shows why and offers a retry; what had arrived is kept.',
  ),
  topic(
    'The guide',
    'guide who are you yourself bot name ai llm real human chatgpt intelligent',
    'I am the guide, the built-in agent of Holdfast. I am not a language model: I look up the documentation, ask the running ' +
      'system, and search this thread. That makes me quick, free of charge, and repeatable, but I know nothing beyond ' +
      'Holdfast. For open conversation, connect a model as an agent of its own.',
  ),
  topic(
    'License',
    'license licence open source apache free cost price commercial',
    'Holdfast is open source under the Apache License 2.0. You may use, change and ship it, also commercially.',
  ),
];
