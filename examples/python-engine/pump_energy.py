"""An engine in plain Python: what pumps draw and cost, from the flow that was measured through them."""
from datetime import datetime

from engine import EngineError, frame, serve, warn
from pump import BadCurve, Pump


class PumpEnergy:
    def open(self, model):
        self.parameters, self.window = model['parameters'], model['window']
        self.start_hour = hour_of(model['window']['from'])
        self.twins = {twin['id']: twin['properties'] for twin in model['twins']}
        self.flows = {each['twin']: (each['at'], each['values']) for each in model['inputs']}
        self.pumps = {twin: pump_of(twin, properties) for twin, properties in self.twins.items()}
        self.written = {each['twin'] for each in model['outputs']}

    def run(self, settings, seed):
        parameters, speeds = dict(self.parameters), {twin: properties.get('speed', 1) for twin, properties in self.twins.items()}
        for each in settings:
            if 'parameter' in each:
                parameters[each['parameter']] = each['value']
            else:
                speeds[each['twin']] = each['value']
        totals = {'energy': 0.0, 'cost': 0.0, 'volume': 0.0, 'hoursRunning': 0.0}
        running = dict.fromkeys(self.pumps, 0.0)
        readers = {twin: reader(*self.flows[twin]) for twin in self.pumps}
        step, steps = self.window['step'], round(self.window['horizon'] / self.window['step'])
        for index in range(steps + 1):
            at = index * step
            values = {}
            for twin, pump in self.pumps.items():
                flow = readers[twin](at)
                if flow is None:
                    warn('NO_FLOW_YET', f'No flow through {twin} is known yet; its power is left out until one is.', twin)
                    continue
                if flow > pump.greatest_flow * max(speeds[twin], 1):
                    warn('BEYOND_CURVE', f'{flow} L/s are more than the head curve of {twin} goes to.', twin)
                peak = parameters['peakEfficiency'] * max(0, 1 - parameters['wear'] / 100 * running[twin] / 1000)
                power = pump.power(flow, speeds[twin], peak)
                values[twin] = {'power': power}
                if index < steps:  # what is drawn in the step that begins here
                    hours = step / 3600
                    totals['energy'] += power * hours
                    totals['cost'] += power * hours * price(parameters['tariff'], self.start_hour + at / 3600)
                    totals['volume'] += max(flow, 0) * step / 1000
                    if power > 0:
                        running[twin] += hours
            frame(at, {twin: each for twin, each in values.items() if twin in self.written})
        totals['hoursRunning'] = sum(running.values())
        return totals if totals['volume'] == 0 else {**totals, 'energyPerVolume': totals['energy'] / totals['volume']}


def pump_of(twin, properties):
    try:
        return Pump(properties['ratedFlow'], properties['headCurve'], properties.get('motor.efficiency', 0.9))
    except (BadCurve, KeyError, TypeError) as error:
        raise EngineError('BAD_CURVE', f'{twin} cannot be calculated. {error}', twin) from error


def reader(times, values):
    """The last value at or before an instant, for instants that grow; None before the first one."""
    place = -1

    def read(at):
        nonlocal place
        while place + 1 < len(times) and times[place + 1] <= at:
            place += 1
        return values[place] if place >= 0 else None
    return read


def hour_of(instant):
    moment = datetime.fromisoformat(instant.replace('Z', '+00:00'))
    return moment.hour + moment.minute / 60 + moment.second / 3600


def price(tariff, hour):
    begun = [each['price'] for each in tariff if each['from'] <= hour % 24]
    return begun[-1] if begun else tariff[-1]['price']


if __name__ == '__main__':
    serve(PumpEnergy())
