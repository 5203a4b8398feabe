package io.github.hwtasks;

import io.github.hwtasks.internal.Access;
import io.github.hwtasks.internal.ErrorBuilder;
import io.github.hwtasks.internal.Received;

/** What the internal packages may do with the public types of this one. */
final class RootAccess extends Access.Root {
    static {
        Access.register(new RootAccess());
    }

    private RootAccess() {}

    @Override
    protected Response response(Received received) {
        return new Response(received);
    }

    @Override
    protected Received received(Response response) {
        return response.received;
    }

    @Override
    protected ErrorBuilder builder(HwtasksException e) {
        return e.toBuilder();
    }

    @Override
    protected HwtasksException exception(ErrorBuilder error) {
        switch (error.kind()) {
            case INVALID_INPUT:
                return new InvalidInputException(error);
            case CREDENTIALS:
                return new CredentialsException(error);
            case TRANSPORT:
                return new ConnectionException(error);
            case DECODE:
                return new DecodeException(error);
            case TASK_FAILED:
                return new TaskFailedException(error);
            case TASK_NOT_FOUND:
                return new NotFoundException(error);
            case WAIT_TIMED_OUT:
                return new WaitTimeoutException(error);
            case CANCELLED:
                return new CancelledException(error);
            case API:
                return ofStatus(error);
            default:
                return new HwtasksException(error);
        }
    }

    private static HwtasksException ofStatus(ErrorBuilder error) {
        if (error.isThrottled()) {
            return new ThrottledException(error);
        }
        switch (error.status()) {
            case 400:
                return new BadRequestException(error);
            case 401:
                return new UnauthorizedException(error);
            case 403:
                return new ForbiddenException(error);
            case 404:
                return new NotFoundException(error);
            default:
                return error.status() >= 500 ? new ServerException(error) : new HwtasksException(error);
        }
    }
}
