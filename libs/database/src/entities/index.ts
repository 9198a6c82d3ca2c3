import { Agent } from './agent.js';
import { AppUser } from './app-user.js';
import { Event } from './event.js';
import { Member } from './member.js';
import { ReadMarker } from './read-marker.js';
import { Run } from './run.js';
import { RunChunk } from './run-chunk.js';
import { RunStep } from './run-step.js';
import { Tenant } from './tenant.js';
import { Thread } from './thread.js';

/** Every entity of the schema `chat`; a test proves that they equal what the migrations create. */
export const ENTITIES = [Tenant, AppUser, Agent, Thread, Member, Event, Run, RunChunk, RunStep, ReadMarker] as const;
