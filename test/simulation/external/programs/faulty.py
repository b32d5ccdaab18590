"""A program that does what its parameter `fault` says; without one it is well-behaved."""
import json, os, signal, subprocess, sys, time

def say(**message):
    print(json.dumps(message), flush=True)

def fault(name, window):
    if name == 'crash':
        raise ValueError('the valve of pump-3 has no curve')
    if name == 'segfault':
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == 'exit':
        sys.exit(0)
    if name == 'hang':
        while True:
            pass
    if name == 'sleep':
        time.sleep(600)
    if name == 'garbage':
        print('Loading model ... done', flush=True)
    if name == 'nan':
        print('{"type": "frame", "at": 0, "values": {"a": {"level": NaN}}}', flush=True)
    if name == 'stranger':
        say(type='frame', at=0, values={'a': {'colour': 1}})
    if name == 'kpi':
        say(type='done', kpis={'joy': 1})
    if name == 'hugeLine':
        print('{"type": "warning", "message": "' + 'x' * 3_000_000 + '"}', flush=True)
    if name == 'flood':
        while True:
            print('{"type": "progress", "at": 0}')
    if name == 'memory':
        hog = []
        while True:
            hog.append(bytearray(8 << 20))
            say(type='progress', at=0)
    if name == 'memoryAtOnce':
        hog = bytearray(8 << 30)
    if name == 'error':
        say(type='error', code='NO_CONVERGENCE', message='It does not settle.', twin='a')
    if name == 'babbles':
        say(type='warning', code='BABBLE', message='w' * 500_000, twin='no such twin \u0000 ' + 'y' * 100_000)
        say(type='error', code='A' * 64, message='x' * 900_000, twin='stranger')
    if name == 'children':
        children = [subprocess.Popen(['sleep', '600']) for _ in range(3)]
        say(type='warning', code='CHILDREN', message=' '.join(str(each.pid) for each in [*children]) + ' ' + str(os.getpid()))
        say(type='progress', at=0)
        while True:
            pass
    if name == 'escapes':
        stray = subprocess.run(['sh', '-c', 'setsid sleep 600 >/dev/null 2>&1 & echo $!'], capture_output=True, text=True)
        say(type='warning', code='STRAY', message=stray.stdout.strip())
    if name == 'ignoresCancel':
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            say(type='progress', at=0)
            time.sleep(0.01)
    if name == 'environment':
        say(type='warning', code='ENVIRONMENT', message=json.dumps({'names': list(os.environ), **{each: os.environ[each] for each in ('LICENCE', 'HOME', 'TMPDIR')}}))
        say(type='warning', code='FOLDER', message=os.getcwd(), twin='a')
        open('left-behind', 'w').close()

received = {'readings': 0}
for line in sys.stdin:
    message = json.loads(line)
    if message['type'] == 'open':
        opened = message
        if opened['parameters'].get('fault') == 'crashEarly':
            raise ValueError('it cannot be opened')
        if opened['parameters'].get('fault') == 'errorEarly':
            say(type='error', code='BAD_MODEL', message='It cannot be opened.')
    elif message['type'] == 'series':
        received['readings'] += len(message['at'])
        received.setdefault('first', (message['at'][0], message['values'][0]))
    elif message['type'] == 'opened':
        if opened['parameters'].get('fault') == 'opensSlowly':
            time.sleep(5)
        say(type='ready')
    elif message['type'] == 'run':
        window, name = opened['window'], opened['parameters'].get('fault')
        fault(name, window)
        gain = next((each['value'] for each in message['settings'] if each.get('parameter') == 'gain'), opened['parameters'].get('gain', 1))
        count = int(window['horizon'] / window['step'])
        if name in ('error', 'babbles'):
            continue
        for step in range(count + 1):
            at = step * window['step']
            say(type='frame', at=at, values={each['twin']: {each['name']: None if step == 1 else gain * at} for each in opened['outputs']})
        turned = {'diameter': each['value'] for each in message['settings'] if each.get('property') == 'diameter'}
        say(type='done', kpis={**turned, 'gain': gain, 'readings': received['readings'], 'firstAt': received.get('first', (0, 0))[0], 'firstValue': received.get('first', (0, 0))[1], **({'pid': os.getpid()} if message['settings'] else {})}) # without settings, the same in every process
    elif message['type'] == 'cancel':
        sys.exit(0)
