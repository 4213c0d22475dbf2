// SPDX-License-Identifier: Apache-2.0
/* Made-up halls in the shapes of the API, from empty to far too full, for looks and page tests. */

const BOARDS = [
  ['tz', '投资项目审批', 'Investment project approval'],
  ['qy', '企业注册登记及后置审批', 'Company registration and subsequent licensing'],
  ['bdc', '不动产交易登记', 'Real estate transactions and registration'],
  ['ga', '公安服务', 'Public security services'],
  ['gjj', '公积金办理', 'Housing provident fund'],
  ['zh', '其他综合事项', 'Other general matters'],
];

const SERVICES = [
  ['A', 'zh', '社保卡申领、换领与补办', 'Social security card: issue, renewal and replacement'],
  [
    'B',
    'bdc',
    '存量房买卖合同网签及不动产转移登记（含税费缴纳）',
    'Resale home: online contract, transfer of title and payment of taxes and fees',
  ],
  ['C', 'ga', '居民身份证办理', 'Resident identity card'],
  [
    'D',
    'ga',
    '出入境证件：护照、港澳通行证、台湾通行证',
    'Passports and travel permits for Hong Kong, Macao and Taiwan',
  ],
  [
    'E',
    'zh',
    '医疗保险参保登记与异地就医备案',
    'Medical insurance: enrolment and treatment away from home',
  ],
  ['F', 'gjj', '公积金提取', 'Housing fund withdrawal'],
  ['G', 'qy', '企业设立登记', 'Company registration'],
  ['H', 'tz', '建设工程规划许可证核发', 'Planning permit for construction works'],
];

const name = (zh, en) => ({ zh, en });
const at = (time = '10:42:07') => `2026-11-23T${time}+08:00`;

function service([code, board, zh, en], i, more = {}) {
  const waiting = [12, 31, 4, 9, 0, 7, 2, 5][i % 8];
  return {
    code,
    name: name(zh, en),
    board,
    zone: i % 2 ? 'east' : 'west',
    open: true,
    opens_at: null,
    stopped: false,
    waiting,
    wait: { kind: 'range', low_s: waiting * 75, high_s: waiting * 125 + 60 },
    materials: name(
      '身份证原件、户口簿；代办还需委托书',
      'Your identity card and household register; a letter of authority if you act for somebody',
    ),
    ...more,
  };
}

function windows(count) {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    name: name('', ''),
    zone: i % 2 ? 'east' : 'west',
    state: ['serving', 'calling', 'open', 'paused', 'closed'][i % 5],
    ticket: i % 5 < 2 ? `A${String(i + 1).padStart(3, '0')}` : null,
    services: ['A'],
  }));
}

const BASE = {
  code: 'test',
  name: name('自然人大厅', 'Personal services'),
  languages: ['zh', 'en'],
  accent: '#0B5FA5',
  day: '2026-11-23',
  open: true,
  online: true,
  public_url: null,
  walk_in: true,
  zones: [
    { code: 'west', name: name('一楼西区等候区', 'Waiting area west, ground floor') },
    { code: 'east', name: name('一楼东区等候区', 'Waiting area east, ground floor') },
  ],
  classes: [
    { code: 'normal', name: name('普通号', 'Normal'), needs_reason: false, open_to_all: true },
    { code: 'priority', name: name('优先号', 'Priority'), needs_reason: true, open_to_all: true },
    { code: 'agent', name: name('代办号', 'Agent'), needs_reason: false, open_to_all: false },
  ],
  reasons: [
    ['elderly', '60 岁以上', 'Aged 60 or over', 'priority'],
    ['disabled', '残疾人', 'Disabled', 'priority'],
    ['military', '军人、消防救援人员', 'Military or fire service', 'priority'],
    ['pregnant', '孕妇', 'Pregnant', 'priority'],
    ['infant', '带婴幼儿', 'With an infant', 'priority'],
    ['asked', '群众请求', 'Asked by the person', 'call'],
    ['guide', '引导员安排', 'Arranged by a guide', 'call'],
    ['break', '短暂休息', 'Short break', 'pause'],
    ['meeting', '开会', 'Meeting', 'pause'],
    ['lunch', '午休', 'Lunch', 'pause'],
    ['device', '设备故障', 'Device fault', 'pause'],
  ].map(([code, zh, en, use]) => ({ code, name: name(zh, en), use })),
  seq: 100,
  at: at(),
};

export function hallOf(scene) {
  const boards = BOARDS.map(([code, zh, en]) => ({ code, name: name(zh, en) }));
  const hall = {
    ...structuredClone(BASE),
    boards,
    services: SERVICES.map((one, i) => service(one, i)),
    windows: windows(12),
  };
  if (scene === 'big') return big(hall);
  if (scene === 'empty') {
    for (const one of hall.services)
      Object.assign(one, { waiting: 0, wait: { kind: 'range', low_s: 0, high_s: 60 } });
  }
  if (scene === 'closed') {
    hall.open = false;
    for (const one of hall.services)
      Object.assign(one, { open: false, opens_at: at('13:30:00'), waiting: 0 });
  }
  if (scene === 'mixed') {
    Object.assign(hall.services[0], { stopped: true });
    Object.assign(hall.services[4], { open: false, opens_at: at('13:30:00') });
    Object.assign(hall.services[2], {
      wait: { kind: 'not-today', low_s: 0, high_s: 3600 },
      waiting: 96,
    });
    Object.assign(hall.services[3], { full: true });
    hall.boards = [hall.boards[3], hall.boards[5]];
    hall.services = hall.services.filter((one) => ['zh', 'ga'].includes(one.board));
  }
  return hall;
}

/** 62 windows, 40 services, 300 waiting. */
function big(hall) {
  hall.windows = windows(62);
  hall.services = Array.from({ length: 40 }, (_, i) => {
    const [, board, zh, en] = SERVICES[i % 8];
    const turn = ['', '（预约）', '（代办）', '（企业）', '（综合）'][Math.floor(i / 8)];
    return service([`${'ABCDEFGHJK'[i % 10]}${i}`, i < 20 ? 'zh' : board, zh + turn, en], i, {
      waiting: 7 + (i % 2),
    });
  });
  return hall;
}

// --- a window ----------------------------------------------------------------------------------

const DEVICES = [
  { name: 'board-west', kind: 'board', state: 'done' },
  { name: 'speaker-west', kind: 'speaker', state: 'done' },
];

export const PERSON = {
  id: 36,
  number: 'A012',
  service: 'A',
  service_name: name(SERVICES[0][2], SERVICES[0][3]),
  class: 'priority',
  state: 'called',
  needs: ['text', 'slow'],
  silent: false,
  waited_s: 1450,
  called_at: at('10:41:49'),
  recalls: 0,
  cases: 1,
  told: { expected: 2, done: 2, failed: 0, at: at('10:41:50'), devices: DEVICES },
  grace_left_s: 102,
  can_miss: false,
};

const RECENT = [
  {
    id: 30,
    number: 'A009',
    service: 'A',
    state: 'finished',
    ended_at: at('10:38:10'),
    can: ['reopen'],
  },
  { id: 29, number: 'B104', service: 'B', state: 'missed', ended_at: at('10:30:45'), can: [] },
  {
    id: 28,
    number: 'A008',
    service: 'A',
    state: 'waiting',
    ended_at: at('10:24:31'),
    can: ['take-back'],
  },
];

export function windowOf(scene) {
  const hall = hallOf(scene === 'big' ? 'big' : 'small');
  return {
    number: 3,
    name: name('综合受理', 'General reception'),
    zone: 'west',
    state: 'open',
    since: at('10:38:12'),
    seq: 90,
    person: 1,
    services: hall.services.slice(0, 6).map((one) => one.code),
    pause: null,
    served_today: 17,
    ticket: null,
    next: {
      number: 'A012',
      service: 'A',
      class: 'priority',
      needs: ['text', 'slow'],
      waited_s: 1450,
    },
    waiting:
      scene === 'empty'
        ? []
        : hall.services.slice(0, scene === 'big' ? 16 : 6).map((one, i) => ({
            service: one.code,
            name: one.name,
            count: one.waiting,
            longest_s: 240 * (i + 1) + 31,
          })),
    missed: [
      { id: 20, number: 'A007', service: 'A', at: at('10:31:02'), misses: 1 },
      { id: 22, number: 'B101', service: 'B', at: at('10:12:40'), misses: 2 },
    ],
    parked: [{ id: 24, number: 'B099', service: 'B', park: 'away', at: at('10:30:00') }],
    recent: RECENT,
    rating: null,
    notices: [
      {
        id: 1,
        text: name('12–13 点 5 号窗口暂停', 'Window 5 is closed from 12 to 1'),
        until: at('13:00:00'),
      },
    ],
    can: [
      'next',
      'close',
      'call',
      'take-late',
      'unpark',
      'recycle',
      'pause',
      'walk-in',
      'reopen',
      'take-back',
    ],
    at: at(),
  };
}

const CALLED = ['start', 'recall', 'park', 'transfer', 'withdraw', 'miss', 'close'];

/** The same window with a person called, or in service. */
export function withPerson(window, state, more = {}) {
  const serving = state === 'serving' ? { started_at: at('10:40:02'), grace_left_s: null } : {};
  const ticket = { ...PERSON, state, ...serving, ...more };
  const can =
    state === 'serving' ? ['finish', 'park', 'transfer', 'ask-rating', 'recycle', 'next'] : CALLED;
  return {
    ...window,
    state: state === 'serving' ? 'serving' : 'calling',
    ticket,
    can,
    seq: window.seq + 1,
  };
}

// --- a board -----------------------------------------------------------------------------------

/** state/board of that many calls, the first `fresh` of them within the last minute. */
export function boardOf(scene, now = Date.now(), fresh = 1) {
  const hall = hallOf(scene === 'big' ? 'big' : 'small');
  const counts = { empty: 0, small: 6, big: 62 };
  const when = (ago_s) =>
    `${new Date(now - ago_s * 1000 + 8 * 3600000).toISOString().slice(0, 23)}+08:00`;
  const calls = Array.from({ length: counts[scene] }, (_, i) => ({
    number: `${'ABCDEFGH'[i % 8]}${String(12 + i * 7).padStart(3, '0')}`,
    window: ((i * 5) % 62) + 1,
    at: when(i < fresh ? 5 + i * 11 : 90 + i * 37),
    state: i ? 'serving' : 'called',
  }));
  const some = scene === 'empty' ? 0 : 1;
  return {
    seq: 100,
    at: when(0),
    calls,
    upcoming: some ? ['A013', 'A014', 'B108', 'C045', 'A015', 'E007', 'A1002'] : [],
    waiting: hall.services.map((one) => ({
      service: one.code,
      name: one.name,
      count: some * one.waiting,
      wait: one.wait,
    })),
    notices: some
      ? [
          {
            id: 1,
            text: {
              zh: '12–13 点 5 号窗口暂停，请到 7 号窗口',
              en: 'Window 5 is closed from 12 to 1; please go to window 7',
            },
          },
        ]
      : [],
    windows: [],
  };
}

// --- a ticket on a phone -----------------------------------------------------------------------

/** What each state lets its holder do, and what else it says. */
const TICKETS = {
  waiting: { can: ['cancel', 'defer'], ahead: 4, wait: { kind: 'range', low_s: 600, high_s: 900 } },
  called: { can: ['cancel'], window: 12, called_at: at('10:42:00') },
  serving: { can: [], window: 12 },
  parked: { can: ['cancel'] },
  missed: { can: ['cancel', 'return'] },
  finished: { can: ['rate'] },
  cancelled: { can: [] },
  void: { can: [] },
};

export function ticketOf(state, more = {}) {
  const { can, ...rest } = TICKETS[state];
  const may = (what) => can.includes(what);
  return {
    id: 36,
    number: 'A012',
    service: 'B',
    service_name: name(SERVICES[1][2], SERVICES[1][3]),
    class: 'normal',
    state,
    needs: [],
    ahead: 0,
    wait: { kind: 'range', low_s: 0, high_s: 300 },
    zone: 'west',
    window: null,
    issued_at: at('10:20:07'),
    hall_name: BASE.name,
    language: null,
    recalls: 0,
    can: {
      cancel: may('cancel'),
      return: may('return'),
      defer: may('defer'),
      rate: may('rate'),
    },
    rated: null,
    seq: 100,
    ...rest,
    ...more,
  };
}

// --- the floor ---------------------------------------------------------------------------------

/** GET /floor of that hall; in `big` three services wait beyond 15, 30 and 45 minutes. */
export function floorOf(scene) {
  const hall = hallOf(scene);
  const quiet = scene === 'empty' || scene === 'closed';
  const longest = (i) => (quiet ? 0 : scene === 'big' && i < 3 ? [2880, 1920, 960][i] : 120 + 31 * i);
  const services = hall.services.map((one, i) => ({
    code: one.code,
    name: one.name,
    issued: quiet ? 0 : 40 + i,
    waiting: quiet ? 0 : one.waiting,
    called: quiet ? 0 : 30,
    finished: quiet ? 0 : 27,
    missed: quiet ? 0 : 2,
    cancelled: 0,
    voided: 0,
    longest_s: one.waiting ? longest(i) : 0,
    target_s: 900,
    stopped: one.stopped,
    stop_reason: one.stopped ? '设备故障' : '',
    wait: one.wait,
  }));
  return {
    at: at(),
    day: scene === 'closed' ? null : '2026-11-23',
    waiting: services.reduce((sum, one) => sum + one.waiting, 0),
    longest_s: Math.max(...services.map((one) => one.longest_s)),
    windows: hall.windows.map((one) => ({
      number: one.number,
      zone: one.zone,
      state: quiet ? 'closed' : one.state,
      since: at('10:38:12'),
      ticket: quiet ? null : one.ticket,
      person: quiet || one.state === 'closed' ? null : 1,
      served_today: quiet ? 0 : 9,
      assigned: one.number === 3,
      assigned_until: one.number === 3 ? at('13:00:00') : null,
    })),
    services,
    classes: [],
    notices: quiet
      ? []
      : [
          {
            id: 1,
            zone: null,
            until: at('13:00:00'),
            text: name('12–13 点 5 号窗口暂停', 'Window 5 is closed from 12 to 1'),
          },
        ],
    alarms: scene === 'big' ? [{ code: 'clock' }] : [],
  };
}

export function devicesOf() {
  return [
    ['board-west', 'board', true, []],
    ['speaker-west', 'speaker', true, []],
    ['printer-1', 'printer', true, ['paper-out']],
    ['pad-3', 'pad', false, []],
  ].map(([device, kind, online, faults]) => ({
    name: device,
    kind,
    window: kind === 'pad' ? 3 : null,
    zone: 'west',
    online,
    since: at('10:12:00'),
    faults,
  }));
}
