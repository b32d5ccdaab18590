"""A tank whose level jumps about, in eighths of a metre, exactly. The program waits at gates: files of `folder`, which whoever watches it makes. It notes there what it does."""
import json, os, signal, sys, time

def say(**message):
    print(json.dumps(message), flush=True)

def note(folder, **what):
    log = os.open(os.path.join(folder, 'log'), os.O_APPEND | os.O_CREAT | os.O_WRONLY)
    os.write(log, (json.dumps({**what, 'pid': os.getpid(), 'parent': os.getppid()}) + '\n').encode())
    os.close(log)

def wait_for(folder, gate, pulse):
    while not os.path.exists(os.path.join(folder, gate)):
        pulse()
        time.sleep(0.005)

def pulse_at(at):
    last = [0]
    def pulse():
        if time.monotonic() - last[0] > 0.05:
            last[0] = time.monotonic()
            say(type='progress', at=at)
    return pulse

def at_the_middle(given, at, gain):
    fault = given.get('fault') if given.get('faultAt', gain) == gain else None
    if 'gate' in given and gain >= given.get('heldFrom', 0):
        note(given['folder'], did='wait', gain=gain)
        wait_for(given['folder'], given['gate'], (lambda: None) if fault == 'silent' else pulse_at(at))
    if fault == 'crash':
        os.kill(os.getpid(), signal.SIGKILL)
    if fault == 'hang':
        while True:
            pass
    if fault == 'error':
        raise SystemExit(3)

def run(opened, gain):
    given, window = opened['parameters'], opened['window']
    step = window['step'] / given.get('perStep', 1)
    frames = round(window['horizon'] / step) + 1
    total = 0
    note(given['folder'], did='run', gain=gain)
    for frame in range(frames):
        if frame == frames // 2:
            at_the_middle(given, frame * step, gain)
        level = gain * (frame * frame * 79 % 1000) / 8
        time.sleep(given.get('frameMs', 0) / 1000)
        total += level
        say(type='frame', at=frame * step, values={twin['id']: {'level': level} for twin in opened['twins']})
    note(given['folder'], did='end', gain=gain)
    say(type='done', kpis={'total': total})

opened = {}
for line in sys.stdin:
    message = json.loads(line)
    if message['type'] == 'open':
        opened = message
    if message['type'] == 'opened':
        given = opened['parameters']
        if 'openGate' in given:
            note(given['folder'], did='open', gain=0)
            wait_for(given['folder'], given['openGate'], lambda: None)
        say(type='ready')
    if message['type'] == 'run':
        run(opened, next((each['value'] for each in message['settings']), opened['parameters']['gain']))
