import { GuestReply, GuestRequest, MeReply } from '@holdfast/contracts';
import type { EndpointSchemas } from './endpoint.js';

export const ACCOUNT_ENDPOINTS = {
  'guest.create': {
    method: 'POST',
    path: '/api/auth/guest',
    tag: 'auth',
    summary: 'Become a guest: a new user and its token',
    description: 'Only where AUTH_GUEST=true; limited per client address.',
    access: 'public',
    body: GuestRequest,
    status: 201,
    reply: GuestReply,
    errors: ['forbidden'],
  },
  'guest.renew': {
    method: 'POST',
    path: '/api/auth/renew',
    tag: 'auth',
    summary: 'A fresh token for a guest, who stays the same user; other people renew at their identity provider',
    access: 'user',
    status: 200,
    reply: GuestReply,
    errors: ['forbidden'],
  },
  'me.get': {
    method: 'GET',
    path: '/api/me',
    tag: 'auth',
    summary: 'Who the token speaks for',
    access: 'user',
    status: 200,
    reply: MeReply,
    errors: [],
  },
} as const satisfies Record<string, EndpointSchemas>;
