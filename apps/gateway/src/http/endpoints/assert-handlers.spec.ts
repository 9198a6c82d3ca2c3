import { expect, it } from '@jest/globals';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { assertEndpointHandlers } from './assert-handlers.js';
import { ENDPOINT_METADATA } from './endpoint-of.js';
import { ENDPOINTS, type EndpointName } from './endpoints.js';

/** A class that handles these endpoints. */
function controllerOf(names: readonly EndpointName[]): { metatype: unknown } {
  const metatype = function Controller() {
    return undefined;
  };
  names.forEach((name, index) => {
    const handler = () => undefined;
    Reflect.defineMetadata(ENDPOINT_METADATA, name, handler);
    Object.defineProperty(metatype.prototype, `method${String(index)}`, { value: handler });
  });
  return { metatype };
}

function check(...controllers: { metatype: unknown }[]): void {
  const discovery = { getControllers: () => controllers } as unknown as DiscoveryService;
  assertEndpointHandlers(discovery, new MetadataScanner());
}

const NAMES = Object.keys(ENDPOINTS) as EndpointName[];

it('accepts one handler for each endpoint', () => {
  expect(() => {
    check(controllerOf(NAMES.slice(0, 5)), controllerOf(NAMES.slice(5)));
  }).not.toThrow();
});

it('names what is missing and what is doubled', () => {
  expect(() => {
    check(controllerOf(NAMES.filter((name) => name !== 'thread.get')), controllerOf(['me.get']));
  }).toThrow('Each endpoint needs one handler: me.get has 2 handlers, thread.get has 0 handlers');
});
