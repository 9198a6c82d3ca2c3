import { expect, it } from '@jest/globals';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { COMMANDS, type CommandName } from '@holdfast/contracts';
import { assertCommandHandlers } from './assert-command-handlers.js';
import { COMMAND_METADATA } from './command-of.js';

/** A class that handles these commands. */
function handlerOf(names: readonly CommandName[]): { metatype: unknown } {
  const metatype = function Handler() {
    return undefined;
  };
  names.forEach((name, index) => {
    const handler = () => undefined;
    Reflect.defineMetadata(COMMAND_METADATA, name, handler);
    Object.defineProperty(metatype.prototype, `method${String(index)}`, { value: handler });
  });
  return { metatype };
}

function check(...providers: { metatype: unknown }[]): void {
  const discovery = { getProviders: () => [{ metatype: null }, ...providers] } as unknown as DiscoveryService;
  assertCommandHandlers(discovery, new MetadataScanner());
}

const NAMES = Object.keys(COMMANDS) as CommandName[];

it('accepts one handler for each command', () => {
  expect(() => {
    check(handlerOf(NAMES.slice(0, 5)), handlerOf(NAMES.slice(5)));
  }).not.toThrow();
});

it('names what is missing and what is doubled', () => {
  expect(() => {
    check(handlerOf(NAMES.filter((name) => name !== 'message.send')), handlerOf(['run.cancel']));
  }).toThrow('Each command needs one handler: message.send has 0 handlers, run.cancel has 2 handlers');
});
