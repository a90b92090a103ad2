using Ffc.Sdk;
using Microsoft.Azure.Functions.Worker;

namespace OwnFunctionApp;

/// <summary>An order in the queue.</summary>
/// <param name="Customer">The key of the customer.</param>
/// <param name="Total">The price.</param>
public sealed record Order(string? Customer, double Total);

/// <summary>Uses a flag for each message of a queue, and records a metric for experiments.</summary>
/// <param name="flags">The client without a key.</param>
public sealed class ProcessOrder(IFfcClient flags)
{
    /// <summary>Handles a message in the queue <c>orders</c>. Returns the message for the queue <c>priority-orders</c>.</summary>
    [Function("ProcessOrder")]
    [QueueOutput("priority-orders")]
    public Order? Run([QueueTrigger("orders")] Order order)
    {
        // A message without a customer is processed without flags; it must not fail and return to the queue.
        if (!FfcUser.TryCreate(order.Customer, out var customer))
            return null;

        flags.TrackMetric(customer, "order", order.Total);
        return flags.Variation("priority-orders", customer, false) ? order : null;
    }
}
