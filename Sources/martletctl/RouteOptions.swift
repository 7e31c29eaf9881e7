import ArgumentParser

/// By what the blackhole routes of blocks are known.
struct RouteOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Protocol number of the blackhole routes: route_protocol.", valueName: "number"))
    var routeProtocol: UInt8 = 80
}
