using Ffc.Functions.Embedded;

namespace Ffc.Functions.Tests.Embedded;

public class AttributeTests
{
    public static TheoryData<HttpTriggerAttribute, AuthorizationLevel, string[]?> Triggers => new()
    {
        { new HttpTriggerAttribute(), AuthorizationLevel.Function, null },
        { new HttpTriggerAttribute("get", "post"), AuthorizationLevel.Anonymous, ["get", "post"] },
        { new HttpTriggerAttribute(AuthorizationLevel.Admin), AuthorizationLevel.Admin, null },
        { new HttpTriggerAttribute(AuthorizationLevel.User, "put"), AuthorizationLevel.User, ["put"] },
    };

    [Theory]
    [MemberData(nameof(Triggers), DisableDiscoveryEnumeration = true)]
    public void An_HTTP_trigger_reads_as_the_workers_does(
        HttpTriggerAttribute trigger, AuthorizationLevel level, string[]? methods)
    {
        Assert.Equal(level, trigger.AuthLevel);
        Assert.Equal(methods, trigger.Methods);
        Assert.Null(trigger.Route);
    }

    [Fact]
    public void A_timer_trigger_is_monitored_and_does_not_run_on_startup_unless_told_so()
    {
        var trigger = new TimerTriggerAttribute("0 * * * * *");

        Assert.Equal("0 * * * * *", trigger.Schedule);
        Assert.True(trigger.UseMonitor);
        Assert.False(trigger.RunOnStartup);
    }
}
