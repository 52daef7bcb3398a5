public import ArgumentParser
public import Wire

/// A role is typed as it is written in messages.
extension Role: ExpressibleByArgument {}
