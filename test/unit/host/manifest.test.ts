import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ARTIFACT_SCHEME,
  COMMANDS,
  CONTEXTS,
  PREVIEW_SCHEME,
  PROBLEM_MATCHER,
  SETTINGS,
  TASK_TYPE,
  VIEW_CONTAINER,
  VIEWS,
} from '../../../src/host/contributions';

interface Menu {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string }[];
    readonly views: Record<string, readonly { id: string }[]>;
    readonly viewsContainers: { activitybar: readonly { id: string; icon: string }[] };
    readonly viewsWelcome: readonly { view: string; contents: string; when?: string }[];
    readonly menus: Record<string, readonly Menu[]>;
    readonly keybindings: readonly (Menu & { key: string })[];
    readonly taskDefinitions: readonly { type: string }[];
    readonly problemMatchers: readonly { name: string; label: string }[];
    readonly configuration: {
      readonly properties: Record<
        string,
        { type: string; default: unknown; markdownDescription?: string; pattern?: string }
      >;
    };
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: { restrictedConfigurations: readonly string[] };
  };
}

const root = path.resolve(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const manifestText = read('package.json');
const manifest = JSON.parse(manifestText) as Manifest;
const texts = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;
const sorted = (items: Iterable<string>) => [...items].sort();

describe('the manifest and contributions.ts', () => {
  it('name the same commands', () => {
    expect(sorted(contributes.commands.map(one => one.command))).toEqual(
      sorted(Object.values(COMMANDS)),
    );
  });

  it('name the same settings', () => {
    expect(sorted(Object.keys(contributes.configuration.properties))).toEqual(
      sorted(Object.values(SETTINGS)),
    );
  });

  it('name the same views, in the same container', () => {
    expect(contributes.viewsContainers.activitybar.map(one => one.id)).toEqual([VIEW_CONTAINER]);
    expect(sorted((contributes.views[VIEW_CONTAINER] ?? []).map(one => one.id))).toEqual(
      sorted(Object.values(VIEWS)),
    );
  });

  it('name the same context keys', () => {
    const used = new Set(manifestText.match(/tracker:\w+/g));
    expect(sorted(used)).toEqual(sorted(Object.values(CONTEXTS)));
  });

  it('name the same type of task and problem matcher', () => {
    expect(contributes.taskDefinitions.map(({ type }) => type)).toEqual([TASK_TYPE]);
    expect(contributes.problemMatchers.map(({ name }) => `$${name}`)).toEqual([PROBLEM_MATCHER]);
  });

  it('name the same file schemes', () => {
    for (const scheme of [ARTIFACT_SCHEME, PREVIEW_SCHEME]) {
      expect(manifest.activationEvents).toContain(`onFileSystem:${scheme}`);
    }
  });
});

describe('the manifest and package.nls.json', () => {
  it('have the same keys', () => {
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(match => match[1] ?? ''));
    expect(sorted(used)).toEqual(sorted(Object.keys(texts)));
  });

  it('have no text of the contributions in the manifest itself', () => {
    const shown = [
      ...contributes.commands.flatMap(one => [one.title, one.category]),
      ...contributes.viewsWelcome.map(one => one.contents),
      ...contributes.problemMatchers.map(one => one.label),
      ...Object.values(contributes.configuration.properties).map(one => one.markdownDescription),
    ];
    expect(shown.filter(text => !/^%[\w.]+%$/.test(text ?? ''))).toEqual([]);
  });
});

describe('commands', () => {
  it('are all called tracker.<noun>.<verb> and titled in the category Track', () => {
    for (const { command, category } of contributes.commands) {
      expect(command).toMatch(/^tracker\.[a-z]+\.[a-zA-Z]+$/);
      expect(texts[category.slice(1, -1)]).toBe('Track');
    }
  });

  it('in menus, keys and welcome texts exist', () => {
    const known = new Set<string>(Object.values(COMMANDS));
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].map(
      one => one.command,
    );
    const linked = contributes.viewsWelcome.flatMap(one =>
      [...(texts[one.contents.slice(1, -1)] ?? '').matchAll(/\(command:(tracker\.[\w.]+)\)/g)].map(
        match => match[1] ?? '',
      ),
    );
    expect([...used, ...linked].filter(id => !known.has(id))).toEqual([]);
  });

  it('that need a row are not offered by the palette', () => {
    const inRows = new Set((contributes.menus['view/item/context'] ?? []).map(one => one.command));
    const elsewhere = new Set(
      [
        ...(contributes.menus['view/title'] ?? []),
        ...(contributes.menus['editor/context'] ?? []),
      ].map(one => one.command),
    );
    const hidden = new Map(
      (contributes.menus['commandPalette'] ?? []).map(one => [one.command, one.when]),
    );
    // The first two ask for runs when nothing is selected, the third is for all experiments then, the last for the editor.
    const asking: readonly string[] = [
      COMMANDS.showHistories,
      COMMANDS.compare,
      COMMANDS.endStale,
      COMMANDS.previewMetrics,
    ];
    const rowOnly = [...inRows].filter(id => !elsewhere.has(id) && !asking.includes(id));
    expect(rowOnly.filter(id => hidden.get(id) !== 'false')).toEqual([]);
  });
});

describe('settings', () => {
  it('are documented and have a default', () => {
    for (const [id, setting] of Object.entries(contributes.configuration.properties)) {
      expect(setting.default, id).toBeDefined();
      expect(texts[setting.markdownDescription?.slice(1, -1) ?? ''], id).toBeTruthy();
    }
  });

  it.each([
    ['', true],
    ['./mlruns', true],
    ['/abs/mlruns', true],
    ['C:\\data\\mlruns', true],
    ['sqlite:///mlflow.db', true],
    ['postgresql+psycopg2://u@h/db', true],
    ['http://localhost:5000', true],
    ['databricks', true],
    ['ftp://host/x', false],
    ['htp://localhost', false],
  ])('takes the tracking URI %j: %s', (uri, valid) => {
    const { pattern = '' } = contributes.configuration.properties[SETTINGS.trackingUri] ?? {};
    expect(new RegExp(pattern).test(uri)).toBe(valid);
  });

  it('that decide what is run or contacted are not taken from an untrusted folder', () => {
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual([
      SETTINGS.trackingUri,
      SETTINGS.runPython,
      SETTINGS.runCommands,
    ]);
  });
});

describe('files of the manifest', () => {
  it('exist', () => {
    const icons = new Set(
      [...manifestText.matchAll(/"(media\/[^"]+)"/g)].map(match => match[1] ?? ''),
    );
    expect(icons.size).toBeGreaterThan(0);
    expect([...icons].filter(file => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
