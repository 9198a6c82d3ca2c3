import { Catch, Logger, type ArgumentsHost, type RpcExceptionFilter } from '@nestjs/common';
import { AppError, type WireError } from '@holdfast/contracts';
import { throwError, type Observable } from 'rxjs';

/** The one place where a fault of an RPC handler becomes what its caller gets. */
@Catch()
export class RpcErrorFilter implements RpcExceptionFilter<unknown> {
  readonly #logger = new Logger(RpcErrorFilter.name);

  catch(exception: unknown, host: ArgumentsHost): Observable<never> {
    const known = exception instanceof AppError;
    if (!known || exception.code === 'internal') {
      this.#logger.error({ err: exception, handler: host.getType() }, 'an rpc handler failed');
    }
    const fault = known ? exception : new AppError('internal', 'an unexpected fault');
    return throwError((): WireError => fault.toWire());
  }
}
